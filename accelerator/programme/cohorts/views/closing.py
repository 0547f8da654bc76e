"""Closing a cohort, and opening it again: what that means is said first."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.queries.changes import underway
from accelerator.programme.cohorts.services import closing


def close(request: Request, slug: str) -> HttpResponse:
    cohort = cohort_for(request.user, slug)
    if request.method == "POST":
        closing.close_cohort(actor=request.user, cohort=cohort)
        messages.success(request, f"{cohort} is closed. Everything stays readable.")
        return redirect("cohort_edit", slug=slug)
    if cohort.has_ended:
        return redirect("cohort_open_again", slug=slug)
    context = {"cohort": cohort, "underway": underway(cohort)}
    return render(request, "programme/cohorts/close.html", context)


def open_again(request: Request, slug: str) -> HttpResponse:
    cohort = cohort_for(request.user, slug)
    if request.method == "POST":
        closing.open_again(actor=request.user, cohort=cohort)
        messages.success(request, f"{cohort} is open again.")
        return redirect("cohort_edit", slug=slug)
    if not cohort.has_ended:
        return redirect("cohort_close", slug=slug)
    return render(request, "programme/cohorts/open_again.html", {"cohort": cohort})
