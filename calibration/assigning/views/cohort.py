"""A cohort's coaches."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.http import Request
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from calibration.assigning.queries import coaches as coach_reports
from calibration.assigning.queries.settings import settings_of

PAGE = 20


@require_safe
def coaches(request: Request, slug: str) -> HttpResponse:
    """The coaches' load, ties and practice, and whether their shared work links them all."""
    found = cohort_for(request.user, slug)
    rows = coach_reports.coach_loads(found)
    pairs = coach_reports.pairs_of(found)
    here = coach_reports.organisations_of(found)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "calibration/hub/coaches.html",
        {
            "cohort": found,
            "tabs": tabs(found, "calibration:coaches"),
            "page": page,
            "rows": [
                {
                    "coach": row,
                    "conflicts": [one for one in row.conflicts if one.organisation_id in here],
                }
                for row in page
            ],
            "together": coach_reports.together(rows, pairs),
            "groups": coach_reports.groups(rows, pairs),
            "practice": settings_of(found).require_practice,
            "cases": coach_reports.has_practice_cases(),
        },
    )
