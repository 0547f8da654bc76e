"""Enrolling one organisation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.core.limits import too_often
from accelerator.models import Cohort, Enrolment
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.enrolling.forms.enrol import EnrolForm
from accelerator.programme.enrolling.services import enrolling
from accelerator.programme.enrolling.services.enrolling import CLOSED, CannotEnrol


def enrol(request: Request, slug: str) -> HttpResponse:
    """An organisation, one programme, its match funders and its lead's invitation in one act."""
    cohort = cohort_for(request.user, slug)
    if cohort.has_ended:
        messages.error(request, CLOSED)
        return redirect("organisations", slug=slug)
    form = EnrolForm(request.POST if request.method == "POST" else None, cohort=cohort)
    if request.method == "POST" and form.is_valid():
        letter = form.standing.gets_letter(form.entry.email)
        if letter and (sentence := too_often("letters", request.user)):
            return render(request, "429.html", {"sentence": sentence}, status=429)
        try:
            made = enrolling.enrol(actor=request.user, cohort=cohort, entries=[form.entry])
        except CannotEnrol as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _done(made[0], form, letter))
            return redirect("organisations", slug=slug)
    return _page(request, cohort, form)


def _page(request: Request, cohort: Cohort, form: EnrolForm) -> HttpResponse:
    context = {"cohort": cohort, "form": form, "known": form.known.names()}
    status = 422 if form.errors else 200
    return render(request, "programme/enrolling/enrol.html", context, status=status)


def _done(made: Enrolment, form: EnrolForm, letter: bool) -> str:
    said = f"{made.organisation} is enrolled with {made.programme}."
    if letter:
        return f"{said} We wrote to {form.entry.email}."
    leads = form.standing.lead_names
    return f"{said} {leads} leads it already, so we wrote to nobody." if leads else said
