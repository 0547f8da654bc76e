"""A submitted assessment: heat-map, details, print, CSV and PDF."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may
from accelerator.core.exports import about_lines, csv_response
from accelerator.core.jobs.services import request_job
from accelerator.core.queue import enqueue_job
from accelerator.models import ReportJob, Role
from assessments.access import assessment_for
from assessments.framework.queries import catalogue
from assessments.models import Assessment
from assessments.rating.queries import grid_of
from assessments.submission.queries import HEATMAP_REPORT, report_rows


@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """The heat-map with every criterion's words; before submission, the overview instead."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    if not assessment.is_submitted:
        return redirect("assessments:overview", pk=pk)
    ratings = assessment.ratings.with_evidence().by_criterion()
    grid = grid_of(assessment, ratings)
    mine = Q(requested_by=request.user, kind=HEATMAP_REPORT, params__assessment=assessment.pk)
    return render(
        request,
        "assessments/results.html",
        {
            "assessment": assessment,
            "grid": grid,
            "rows": report_rows(grid, ratings),
            "jobs": ReportJob.objects.filter(mine)[:5],
            "can_report": may(assessment, "report.make"),
        },
    )


@require_safe
def ratings_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The ratings, one row a criterion in the framework's order."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    grid = grid_of(assessment, ratings := assessment.ratings.with_evidence().by_criterion())
    rows = [
        [
            row.pillar.title,
            cell.code,
            cell.statement,
            "yes" if cell.criterion.counted else "no",
            cell.level.key if cell.level else "",
            cell.level.name if cell.level else "Not rated",
            rating.justification,
            rating.cannot_rate_reason,
            rating.get_evidence_state_display(),
            rating.get_practice_display(),
            cell.evidence_count,
        ]
        for row in grid.rows
        for cell in row.cells
        for rating in [ratings[cell.criterion.id]]
    ]
    enrolment = assessment.enrolment
    basis = (
        f"{enrolment.organisation}, {enrolment.programme}, {enrolment.cohort}. "
        f"{assessment.round_label} self-assessment, "
        f"{assessment.get_state_display().lower()}. {grid_framework(assessment)}. "
        "All criteria; “counted” marks those in published statistics."
    )
    header = [
        "pillar",
        "criterion",
        "statement",
        "counted",
        "level",
        "level name",
        "justification",
        "cannot be rated because",
        "evidence",
        "exists or used",
        "pieces of evidence",
    ]
    name = f"ratings-{slugify(enrolment.organisation.name)}-{assessment.round_slug}.csv"
    return csv_response(name, header, rows, about_lines(request.user, basis))


def grid_framework(assessment: Assessment) -> str:
    framework = catalogue(assessment.framework_id)
    return f"{framework.title} {framework.version}"


@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
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
        cohort=enrolment.cohort if Role.HUB in assessment.user_roles else None,
    )
    enqueue_job(job)
    return redirect("job", pk=job.pk)
