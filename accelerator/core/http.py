"""A request as the views of signed-in people get it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accelerator.models import User


class Request(HttpRequest):
    """For annotations: core.saving.SignInRequired lets nobody through who is not a User."""

    user: User
    htmx: HtmxDetails


def tried(
    request: Request,
    done: str,
    change: Callable[..., object],
    refused: type[Exception],
    **given: Any,
) -> None:
    """Do `change` as this person, and say that it is `done`, or why it was `refused`."""
    try:
        change(actor=request.user, **given)
    except refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
