from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.http import Request
from accelerator.programme.cohorts.access import cohorts_of, may_open
from accelerator.programme.cohorts.queries.figures import figure_labels, figures_of, rows_of
from accelerator.programme.journey import FIRST_ROUND

PAGE = 20


@require_safe
def cohorts(request: Request) -> HttpResponse:
    """The cohorts this person runs."""
    found = cohorts_of(request.user).with_active()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    figures = figures_of(page, FIRST_ROUND)
    return render(
        request,
        "programme/cohorts/list.html",
        {
            "page": page,
            "labels": figure_labels(figures),
            "rows": rows_of(page, figures),
            "may_open": may_open(request.user),
        },
    )
