"""A request as the views of signed-in people get it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accelerator.models import User


class Request(HttpRequest):
    """For annotations: core.saving.SignInRequired lets nobody through who is not a User."""

    user: User
    htmx: HtmxDetails
