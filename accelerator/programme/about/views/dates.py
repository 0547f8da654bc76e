"""When the phases are due for one enrolment, and when its organisation is busy."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.models import Enrolment, PeakPeriod
from accelerator.programme.about.forms import BusyForm, DeadlineForm
from accelerator.programme.about.queries.dates import (
    lines_of,
    periods_of,
    phase_called,
)
from accelerator.programme.about.queries.history import changes_of_dates
from accelerator.programme.about.services import dates as dates_service
from accelerator.programme.about.views.back import refused_to
from accelerator.programme.dates.queries import (
    busy_sentence,
    cohort_date,
    cross,
    due_of,
    own_dates,
)
from accelerator.programme.enrolment import (
    enrolment_for,
    frame,
    must_be_open,
    why_closed,
)


@require_safe
def dates(request: Request, pk: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "enrolment.view")
    periods = periods_of(enrolment)
    context = frame(enrolment, "dates") | {
        "lines": lines_of(enrolment, periods),
        "periods": periods,
        "changes": changes_of_dates(enrolment),
        "cross": cross(enrolment),
        "can_set": may(enrolment, "dates.set") and not why_closed(enrolment, even_paused=True),
        "can_add": may(enrolment, "busy.edit") and not why_closed(enrolment),
    }
    return render(request, "programme/about/dates.html", context)


@refused_to("dates")
def set_deadline(request: Request, pk: int, phase: str) -> HttpResponse:
    """A date of the enrolment's own for one phase, with the reason."""
    enrolment = enrolment_for(request.user, pk, "dates.set")
    must_be_open(enrolment, even_paused=True)
    chosen = phase_called(phase)
    periods = periods_of(enrolment)
    own = own_dates(enrolment).get(chosen)
    form = DeadlineForm(
        request.POST or None,
        enrolment=enrolment,
        phase=chosen,
        initial={"due_on": due_of(enrolment, chosen), "reason": own.reason if own else ""},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        dates_service.set_deadline(actor=request.user, enrolment=enrolment, phase=chosen, **given)
        messages.success(request, f"The date of {chosen.label} is saved.")
        if clash := busy_sentence(given["due_on"], periods):
            messages.warning(request, f"{chosen.label}: {clash}")
        return redirect("dates", pk=pk)
    context = frame(enrolment, "dates") | {
        "form": form,
        "phase": chosen,
        "cohort_date": cohort_date(enrolment, chosen),
        "periods": periods,
    }
    status = 422 if form.errors else 200
    return render(request, "programme/about/deadline.html", context, status=status)


@require_POST
@refused_to("dates")
def clear_deadline(request: Request, pk: int, phase: str) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "dates.set")
    chosen = phase_called(phase)
    dates_service.clear_deadline(actor=request.user, enrolment=enrolment, phase=chosen)
    messages.success(request, f"{chosen.label} has the cohort’s date again.")
    return redirect("dates", pk=pk)


@refused_to("dates")
def add_busy_time(request: Request, pk: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "busy.edit")
    return _busy_form(request, enrolment, None)


@refused_to("dates")
def edit_busy_time(request: Request, pk: int, period: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "busy.edit")
    return _busy_form(
        request, enrolment, get_object_or_404(enrolment.peak_periods.all(), pk=period)
    )


def _busy_form(request: Request, enrolment: Enrolment, period: PeakPeriod | None) -> HttpResponse:
    must_be_open(enrolment)
    names = BusyForm.base_fields
    initial = {name: getattr(period, name) for name in names} if period else None
    form = BusyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        dates_service.save_busy_time(
            actor=request.user, enrolment=enrolment, period=period, **form.cleaned_data
        )
        messages.success(request, "The busy time is saved.")
        return redirect("dates", pk=enrolment.pk)
    context = frame(enrolment, "dates") | {"form": form, "period": period}
    status = 422 if form.errors else 200
    return render(request, "programme/about/busy.html", context, status=status)


@require_POST
@refused_to("dates")
def remove_busy_time(request: Request, pk: int, period: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "busy.edit")
    gone = get_object_or_404(enrolment.peak_periods.all(), pk=period)
    dates_service.remove_busy_time(actor=request.user, enrolment=enrolment, period=gone)
    messages.success(request, f"“{gone.what}” is no longer a busy time.")
    return redirect("dates", pk=pk)
