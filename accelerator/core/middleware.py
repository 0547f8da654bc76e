from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

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


def _too_large(request: HttpRequest, length: int) -> bool:
    if length <= settings.ANONYMOUS_BODY_BYTES:
        return False
    return length > settings.BODY_BYTES or not request.user.is_authenticated


def _length(request: HttpRequest) -> int:
    try:
        return int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return 0
