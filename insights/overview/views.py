from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from assessments.models import Assessment
from insights.overview import queries as progress
from insights.overview.filters import CohortFilter

PAGE = 20


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Every enrolment of the cohort, where it stands, and what can be done next."""
    found = cohort_for(request.user, slug)
    rounds = progress.rounds_of(found)
    asked = request.GET.get("round")
    shown = asked if asked in rounds else Assessment.Round.BASELINE
    enrolments = progress.enrolments_with_stage(found, shown)
    filtered = CohortFilter(request.GET, queryset=enrolments, cohort=found, rounds=rounds)
    page = Paginator(filtered.qs, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "insights/overview.html",
        {
            "cohort": found,
            "tabs": tabs(found, "cohort"),
            "filter": filtered,
            "page": page,
            "rows": progress.rows_of(page, request.user),
            "stages": progress.stage_counts(enrolments),
            "overdue": enrolments.filter(progress.overdue()).count(),
            "round": shown,
        },
    )
