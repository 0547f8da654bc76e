"""The page of a request that failed."""

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

log = structlog.get_logger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while PostgreSQL cannot be reached, wherever that was noticed; otherwise 500."""
    error = sys.exception()
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    log.error("database_unavailable", error=str(error))
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "30"})
