import logging
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django_structlog.middlewares import RequestMiddleware

View = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)


def browser_policies(get_response: View) -> View:
    """Switch off browser features that no page uses, and keep private pages out of caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def body_limit(get_response: View) -> View:
    """Refuse a body that is too large by its length, before a byte of it is read.

    Django reads no further than Content-Length, and so nothing of a body that comes without one;
    such a body is refused too (411). Whoever has not signed in may send no more than a form.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return HttpResponse(render_to_string("413.html"), status=411)
        if _too_large(request, _length(request)):
            return HttpResponse(render_to_string("413.html"), status=413)
        return get_response(request)

    return middleware


def plain_addresses(get_response: View) -> View:
    """404 for an address with NUL or another control character: no row or file is named so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.isprintable() or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return get_response(request)

    return middleware


def _too_large(request: HttpRequest, length: int) -> bool:
    if length <= settings.ANONYMOUS_BODY_BYTES:
        return False
    return length > settings.BODY_BYTES or not request.user.is_authenticated


def _length(request: HttpRequest) -> int:
    try:
        return int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return 0


def route_name(request: HttpRequest) -> str:
    """The name of the page asked for; unlike its address it holds no token and no search words."""
    try:
        return resolve(request.path_info).view_name or "unnamed"
    except Resolver404:
        return "nothing"


class RouteLogMiddleware(RequestMiddleware):
    """django-structlog's, which would log whole addresses."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {route_name(request)}"


class RoutesInsteadOfAddresses(logging.Filter):
    """Puts the page's name where Django's own log lines ("Not Found: …") have its address."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(
                route_name(request) if arg == request.path else arg for arg in record.args
            )
        return True
