from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from accelerator.models import Enrolment
from accelerator.programme.enrolment import enrolment_for
from accelerator.programme.participation import services
from accelerator.programme.participation.forms import ChangeForm
from accelerator.programme.participation.queries import sentences_of

State = Enrolment.State


@dataclass(frozen=True)
class Change:
    """One of the three: its page, from which states it leads, and what is said once it is done."""

    name: str
    service: Callable[..., None]
    states: tuple[str, ...]
    done: str


PAUSE = Change("pause", services.pause, (State.ACTIVE,), "is paused")
WITHDRAW = Change(
    "withdraw", services.withdraw, (State.ACTIVE, State.PAUSED), "has left the cohort"
)
RESUME = Change("resume", services.resume, (State.PAUSED, State.WITHDRAWN), "takes part again")


def pause(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, PAUSE)


def withdraw(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, WITHDRAW)


def resume(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, RESUME)


def _change(request: Request, pk: int, change: Change) -> HttpResponse:
    """Say what it closes or opens, then do it."""
    enrolment = enrolment_for(request.user, pk, "cohort.run")
    back = redirect("enrolment", pk=pk)
    if request.method != "POST" and (why := services.why_not(enrolment, *change.states)):
        messages.error(request, why)
        return back
    form = ChangeForm(request.POST or None, enrolment=enrolment)
    if request.method == "POST" and form.is_valid():
        try:
            change.service(actor=request.user, enrolment=enrolment, **form.cleaned_data)
        except services.CannotChange as error:
            form.add_error(None, str(error))
        else:
            enqueue("accelerator.send_mail")
            messages.success(
                request, f"{enrolment.organisation} {change.done}. Those concerned are told."
            )
            return back
    context = {
        "enrolment": enrolment,
        "cohort": enrolment.cohort,
        "form": form,
        "sentences": sentences_of(enrolment),
    }
    status = 422 if form.errors else 200
    template = f"programme/participation/{change.name}.html"
    return render(request, template, context, status=status)
