import logging
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
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


def plain_addresses(get_response: View) -> View:
    """404 for an address with NUL or another control character: no row or file is named so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.isprintable() or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return get_response(request)

    return middleware


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
