"""What is asked of somebody who has signed in, before any page: one place for all addresses."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accelerator.core.http import Request
from accelerator.core.middleware import View
from accelerator.core.saving import another_person, becomes_the_page, nothing_to_swap
from accelerator.models import User
from accelerator.programme.accounts.adapter import second_factor_address
from accelerator.programme.accounts.queries import idle_hours
from accelerator.programme.accounts.receivers import LAST_USED, SECOND_FACTOR

# What the sign-in page tells whose session ended: the hours.
ENDED_AFTER = "ended_after_hours"
ALWAYS_OPEN = {"account_logout", "help", "favicon", "health_live", "health_ready", "signed_in"}
PROVE = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
SET_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}


def idle_limit(get_response: View) -> Callable[..., HttpResponse]:
    """Sign out whoever has done nothing for too long.

    A page opened or a form sent is use; what a page fetches by itself while nobody looks at it is
    not. The time is written down every few minutes, so that not every page writes.
    """

    def middleware(request: Request) -> HttpResponse:
        if request.user.is_authenticated:
            now, hours = int(time.time()), idle_hours(request.user)
            idle = now - request.session.setdefault(LAST_USED, now)
            if idle > hours * 3600:
                logout(request)
                request.session[ENDED_AFTER] = hours
            elif idle > hours * 180 and not _by_itself(request):
                request.session[LAST_USED] = now
        return get_response(request)

    return middleware


def _by_itself(request: Request) -> bool:
    """Also what a page of somebody else, still open in this browser, tries again and again."""
    fetched = "HX-Request" in request.headers or request.path_info == reverse("signed_in")
    return (request.method == "GET" and fetched) or another_person(request)


def second_factor(get_response: View) -> View:
    """Open nothing to those who must use a second factor, or have one, until this session did.

    However the session began: by password, a link, a reset password or another's mistake.
    """

    def process_view(request: Request, view: Callable, args: Any, kwargs: Any) -> Any:
        user, match = request.user, request.resolver_match
        name = match.view_name if match else ""
        if not user.is_authenticated or name in ALWAYS_OPEN or is_through(user, request.session):
            return None
        if name in (PROVE if user.has_second_factor else SET_UP):
            return None
        if becomes_the_page(request):
            going = {REDIRECT_FIELD_NAME: request.get_full_path()}
            address = second_factor_address(user)
            return redirect(f"{address}?{urlencode(going)}" if request.method == "GET" else address)
        return nothing_to_swap()

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def is_through(user: User, session: SessionBase) -> bool:
    """Whether the session of somebody signed in has shown all that is asked of them."""
    if user.has_second_factor:
        return user.is_demonstration or session.get(SECOND_FACTOR) == user.pk
    return not user.needs_second_factor
