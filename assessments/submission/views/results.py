"""A submitted assessment: heat-map, details, print, CSV and PDF."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may, roles_of
from accelerator.core.exports import about_lines, csv_response
from accelerator.core.http import Request
from accelerator.core.jobs.queries import newest_jobs
from accelerator.core.jobs.services import request_job
from accelerator.core.limits import limited
from accelerator.core.queue import enqueue_job
from accelerator.models.people import BESIDE
from assessments.access import assessment_for
from assessments.rating.queries import grid_of
from assessments.submission.queries import (
    CSV_HEADER,
    HEATMAP_REPORT,
    csv_basis,
    csv_rows,
    report_rows,
)


@require_safe
def results(request: Request, pk: int) -> HttpResponse:
    """The heat-map with every criterion's words; before submission, the overview instead."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    if not assessment.is_submitted:
        return redirect("assessments:overview", pk=pk)
    ratings = assessment.ratings.with_evidence().by_criterion()
    grid = grid_of(assessment, ratings)
    return render(
        request,
        "assessments/results.html",
        {
            "assessment": assessment,
            "grid": grid,
            "sections": report_rows(grid, ratings),
            "number": assessment.submissions.count(),
            "change": import_string(settings.AFTER_SUBMISSION)(assessment),
            "jobs": newest_jobs(request.user, HEATMAP_REPORT, assessment=assessment.pk),
            "can_report": may(assessment, "report.make"),
            "can_erase": may(assessment, "words.redact"),
        },
    )


@require_safe
@limited("reports")
def ratings_csv(request: Request, pk: int) -> HttpResponse:
    """The ratings, one row a criterion in the framework's order."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    name = f"ratings-{slugify(assessment.enrolment.organisation.name)}-{assessment.round_slug}.csv"
    about = about_lines(request.user, csv_basis(assessment))
    return csv_response(
        name, CSV_HEADER, csv_rows(assessment), about, reader=request.user, of=assessment
    )


@require_POST
@limited("reports")
def report(request: Request, pk: int) -> HttpResponse:
    """Ask for the PDF; its page shows how far it is."""
    assessment = assessment_for(request.user, "report.make", pk)
    enrolment = assessment.enrolment
    job = request_job(
        actor=request.user,
        kind=HEATMAP_REPORT,
        title=f"Heat-map of {enrolment.organisation}",
        params={
            "assessment": assessment.pk,
            "back_url": reverse("assessments:results", args=[pk]),
        },
        enrolment=enrolment,
        cohort=enrolment.cohort if roles_of(assessment) & BESIDE else None,
    )
    enqueue_job(job)
    return redirect("job", pk=job.pk)
