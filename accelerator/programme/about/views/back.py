from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accelerator.core.http import Request
from accelerator.programme.enrolment import Refused

View = Callable[..., HttpResponse]


def refused_to(name: str) -> Callable[[View], View]:
    """What a view's service refuses is said on the enrolment's page of that name."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, pk: int, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, pk, **kwargs)
            except Refused as why:
                messages.error(request, str(why))
                return redirect(name, pk=pk)

        return guarded

    return decorate
