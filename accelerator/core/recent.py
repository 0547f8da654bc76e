"""How long ago somebody signed in: what takes much away at once asks for a recent sign-in."""

import time
from collections.abc import Callable
from functools import wraps

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accelerator.core.http import Request

SIGNED_IN_AT = "signed_in_at"  # seconds since 1970, in the session


def note_sign_in(request: Request) -> None:
    """The person has just shown, with a password or a second factor, that it is them."""
    request.session[SIGNED_IN_AT] = int(time.time())


def signed_in_lately(request: Request) -> bool:
    """Always so for the demonstration's accounts: one click signs them in again."""
    since = time.time() - request.session.get(SIGNED_IN_AT, 0)
    return request.user.is_demonstration or since < settings.RECENT_SIGN_IN_SECONDS


def require_recent_sign_in(request: Request) -> None:
    """Raises what the middleware answers by asking who is there, and then opens the page.

    What was posted is not kept meanwhile, as allauth would, in the session: it may be words that
    are to be removed for good.
    """
    if signed_in_lately(request):
        return
    if request.method == "POST":
        back = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        raise ImmediateHttpResponse(redirect(f"{reverse('account_reauthenticate')}?{back}"))
    raise ReauthenticationRequired


def recent_sign_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For a view that exports many rows, or that removes something for good."""

    @wraps(view)
    def asked(request: Request, *args: object, **kwargs: object) -> HttpResponseBase:
        require_recent_sign_in(request)
        return view(request, *args, **kwargs)

    return asked
