"""The page of a request that failed."""

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

# lock_not_available, query_canceled, deadlock_detected
BUSY = {"55P03", "57014", "40P01"}

log = structlog.get_logger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while PostgreSQL cannot be reached or a row stays locked; otherwise 500."""
    error = sys.exception()
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    if getattr(error.__cause__, "sqlstate", None) in BUSY:
        log.warning("database_busy", error=str(error))
        return _unavailable("503_busy.html", seconds=5)
    log.error("database_unavailable", error=str(error))
    return _unavailable("503.html", seconds=30)


def _unavailable(template: str, *, seconds: int) -> HttpResponse:
    return HttpResponse(
        render_to_string(template), status=503, headers={"Retry-After": str(seconds)}
    )
