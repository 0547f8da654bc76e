from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.http import Request
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from accelerator.programme.enrolling.queries import enrolment_counts
from assessments.rules.rounds import BASELINE, label_of, number_of
from insights.overview.filters import CohortFilter
from insights.overview.queries import stages
from insights.overview.queries.rows import rows_of

PAGE = 20


@require_safe
def overview(request: Request, slug: str) -> HttpResponse:
    """Every enrolment of the cohort, where it stands, and what can be done next."""
    found = cohort_for(request.user, slug)
    rounds = stages.rounds_of(found)
    asked = number_of(request.GET.get("round", ""))
    shown = asked if asked in rounds else BASELINE
    enrolments = stages.enrolments_with_stage(found, shown)
    chosen = request.GET.copy()
    if asked:
        chosen["round"] = str(asked)
    filtered = CohortFilter(chosen, queryset=enrolments, cohort=found, rounds=rounds)
    page = Paginator(filtered.qs, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "insights/overview.html",
        {
            "cohort": found,
            "tabs": tabs(found, "cohort"),
            "filter": filtered,
            "page": page,
            "rows": rows_of(page, request.user),
            "stages": stages.stage_counts(enrolments, request.user),
            "overdue": enrolments.filter(stages.overdue()).count(),
            "counts": enrolment_counts(found),
            "round": "" if shown == BASELINE else label_of(shown),
        },
    )
