"""Requests of forms that save themselves: signed out meanwhile, somebody else's, kept ones."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

# What our scripts say of themselves; a form that is sent without them says none of it.
SCRIPTS = ("HX-Request", "X-Kept-Form", "X-Person")
View = Callable[[HttpRequest], HttpResponse]


class SignInRequired(LoginRequiredMiddleware):
    """Django's, which would hand a whole sign-in page to a script that asked for a part."""

    def process_view(
        self, request: HttpRequest, view_func: Callable, view_args: tuple, view_kwargs: dict
    ) -> HttpResponseBase | None:
        to_sign_in = super().process_view(request, view_func, view_args, view_kwargs)
        return to_sign_in if to_sign_in is None or becomes_the_page(request) else nothing_to_swap()


class SamePerson:
    """Refuse what was written in a page of somebody else than who is signed in now."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        stated = request.headers.get("X-Person") or request.POST.get("stated_person")
        if not stated or stated == str(request.user.pk):
            return None
        if not becomes_the_page(request):
            return nothing_to_swap(403)
        return render(request, "403_person.html", status=403)


def becomes_the_page(request: HttpRequest) -> bool:
    """Whether the browser shows the answer, and no script of ours reads it."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return mode == "navigate" and not any(name in request.headers for name in SCRIPTS)


def another_person(request: HttpRequest) -> bool:
    """Whether a page's script speaks for somebody else than who is signed in now."""
    return request.headers.get("X-Person", str(request.user.pk)) != str(request.user.pk)


def nothing_to_swap(status: int = 401) -> HttpResponse:
    """No page: a script would put it into a part of one, or take its address for success."""
    return HttpResponse(status=status, headers={"HX-Reswap": "none"})


def kept_forms(get_response: View) -> View:
    """Tell the script that keeps a form's words where the form went, instead of going there.

    Its words are in the database then, and the page it goes on to still has its messages.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "X-Kept-Form" in request.headers and response.status_code == 302:
            address = response.headers["Location"]
            response = HttpResponse(status=204, headers={"X-Went-To": address})
        return response

    return middleware
