from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.access import get_for, may
from accelerator.journey import steps_of
from accelerator.models import Enrolment
from accelerator.tasks import enqueue
from assessments.access import assessment_for
from assessments.heatmap import Grid, grid_of
from assessments.models import Assessment, CohortFramework
from assessments.services import rating as rating_service


def open_cells(grid: Grid) -> list:
    return [cell for cell in grid.cells if not cell.answered]


@require_POST
def start(request: HttpRequest, enrolment_id: int) -> HttpResponse:
    enrolment = get_for(request.user, Enrolment.objects.all(), "assessment.start", pk=enrolment_id)
    if not enrolment.is_active:
        messages.error(request, "This organisation has left the cohort, so nothing can be started.")
        return redirect("home")
    try:
        assessment = rating_service.start_assessment(actor=request.user, enrolment=enrolment)
    except CohortFramework.DoesNotExist:
        messages.error(request, "The Learning Hub has not opened the framework for you yet.")
        return redirect("home")
    return redirect("assessments:overview", pk=assessment.pk)


def steps_done(assessment: Assessment) -> int:
    """How many of the four steps lie behind an assessment, as far as it knows itself."""
    before = 0 if assessment.round == Assessment.Round.BASELINE else 3
    return before + assessment.is_submitted


@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """The live heat-map, and the way to the next criterion."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    grid = grid_of(assessment, assessment.ratings.with_evidence_count().by_criterion())
    todo = open_cells(grid)
    return render(
        request,
        "assessments/overview.html",
        {
            "assessment": assessment,
            "steps": steps_of(assessment.enrolment, steps_done(assessment)),
            "grid": grid,
            "next_cell": todo[0] if todo else None,
            "can_edit": assessment.is_open and may(assessment, "assessment.rate"),
            "can_submit": assessment.is_open and may(assessment, "assessment.submit"),
        },
    )


def check_context(assessment: Assessment) -> dict:
    ratings = assessment.ratings.with_evidence_count().by_criterion()
    grid = grid_of(assessment, ratings)
    rows = [
        {
            "pillar": row.pillar,
            "cells": [{"cell": cell, "rating": ratings[cell.criterion.id]} for cell in row.cells],
        }
        for row in grid.rows
    ]
    return {
        "assessment": assessment,
        "grid": grid,
        "rows": rows,
        "blocking": open_cells(grid),
        "warnings": [cell for cell in grid.cells if cell.answered and cell.needs_attention],
    }


@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Every answer by pillar, with what is unrated (stops) or unevidenced (warns)."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    if assessment.is_submitted:
        return redirect("assessments:results", pk=pk)
    context = check_context(assessment)
    context["can_submit"] = assessment.is_open and may(assessment, "assessment.submit")
    context["can_edit"] = assessment.is_open and may(assessment, "assessment.rate")
    return render(request, "assessments/check.html", context)


def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then lock the assessment and tell those concerned."""
    assessment = assessment_for(request.user, "assessment.submit", pk)
    if assessment.is_submitted:
        return redirect("assessments:submitted", pk=pk)
    if not assessment.is_open:
        messages.error(
            request, "This organisation has left the cohort, so nothing can be handed in."
        )
        return redirect("assessments:overview", pk=pk)
    if request.method == "POST":
        try:
            rating_service.submit_assessment(actor=request.user, assessment=assessment)
        except rating_service.NotReady as error:
            count = len(error.unanswered)
            messages.error(
                request,
                f"{count} {'criterion needs' if count == 1 else 'criteria need'} a level, "
                "or a reason why it cannot be rated, before you can submit.",
            )
            return redirect("assessments:check", pk=pk)
        enqueue("accelerator.send_mail")
        return redirect("assessments:submitted", pk=pk)
    context = check_context(assessment)
    if context["blocking"]:
        return redirect("assessments:check", pk=pk)
    return render(request, "assessments/submit.html", context)


@require_safe
def submitted(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = assessment_for(request.user, "assessment.view", pk)
    if not assessment.is_submitted:
        return redirect("assessments:overview", pk=pk)
    return render(request, "assessments/submitted.html", {"assessment": assessment})
