"""How often one person may do what costs the site much: fixed windows, counted in the cache."""

import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render

from accelerator.core.http import Request
from accelerator.models import User


def too_often(what: str, person: User) -> str:
    """Count one more; a sentence for the person when that is over the limit, otherwise "".

    `what` is a key of `settings.RATE_LIMITS`. With the cache away nobody is turned away.
    """
    allowed, seconds = settings.RATE_LIMITS[what]
    window = int(time.time() // seconds)
    key = f"limit:{what}:{person.pk}:{window}"
    cache.add(key, 0, seconds)
    try:
        if cache.incr(key) <= allowed:
            return ""
    except ValueError:
        return ""
    minutes = max(1, round(((window + 1) * seconds - time.time()) / 60))
    return (
        f"This was asked for more than {allowed} times in a short while, so it has to wait. "
        f"Please try again in about {minutes} minute{'s' * (minutes > 1)}."
    )


def limited(what: str) -> Callable:
    """For a view: 429 with a page that says when to come back."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def counted(request: Request, *args: object, **kwargs: object) -> HttpResponse:
            if sentence := too_often(what, request.user):
                return render(request, "429.html", {"sentence": sentence}, status=429)
            return view(request, *args, **kwargs)

        return counted

    return decorate
