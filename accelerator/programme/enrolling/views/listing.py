"""The organisations of a cohort: the page and its CSV."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.exports import about_lines, csv_response
from accelerator.core.http import Request
from accelerator.core.limits import limited
from accelerator.core.recent import recent_sign_in
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from accelerator.programme.enrolling import queries
from accelerator.programme.enrolling.filters import EnrolmentFilter

PAGE = 20
CSV_HEADER = (
    "Organisation",
    "Programme",
    "Description",
    "State",
    "Match funders",
    "Lead",
    "Lead's e-mail",
    "Invited to lead",
)


@require_safe
def organisations(request: Request, slug: str) -> HttpResponse:
    """Every enrolment: the programme, the match funders, who leads or is invited to."""
    cohort = cohort_for(request.user, slug)
    filtered = EnrolmentFilter(request.GET, queryset=queries.enrolled_in(cohort))
    page = Paginator(filtered.qs, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "programme/enrolling/organisations.html",
        {
            "cohort": cohort,
            "tabs": tabs(cohort, "organisations"),
            "counts": queries.enrolment_counts(cohort),
            "filter": filtered,
            "page": page,
            "rows": queries.rows_of(page),
        },
    )


@require_safe
@recent_sign_in
@limited("reports")
def organisations_csv(request: Request, slug: str) -> HttpResponse:
    """The same of every enrolment, as a file."""
    cohort = cohort_for(request.user, slug)
    rows = [
        (
            row.enrolment.organisation.name,
            row.enrolment.programme.name,
            row.enrolment.programme.description,
            row.enrolment.get_state_display(),
            "; ".join(row.funders),
            "; ".join(str(lead.user) for lead in row.leads),
            "; ".join(lead.user.email for lead in row.leads),
            "; ".join(letter.email for letter in row.invited),
        )
        for row in queries.rows_of(queries.enrolled_in(cohort))
    ]
    basis = f"{cohort}: {queries.enrolment_counts(cohort)}"
    about = about_lines(request.user, basis)
    name = f"{cohort.slug}-organisations.csv"
    return csv_response(name, CSV_HEADER, rows, about, reader=request.user, of=cohort)
