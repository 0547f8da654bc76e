from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accelerator.core.exports import about_lines, csv_response
from accelerator.core.http import Request
from accelerator.core.limits import limited
from accelerator.core.recent import recent_sign_in
from accelerator.models import Cohort
from accelerator.programme.auditing.filters import AuditFilter
from accelerator.programme.auditing.queries import (
    CSV_HEADER,
    MOST_EXPORTED,
    csv_rows,
    events_of,
    page_of,
)
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs


@require_safe
def audit_log(request: Request, slug: str) -> HttpResponse:
    """What happened in a cohort, newest first."""
    cohort = cohort_for(request.user, slug)
    found = _filtered(request, cohort)
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    entries, following = page_of(found.qs, start) if found.is_valid() else ([], None)
    context = {
        "cohort": cohort,
        "tabs": tabs(cohort, "audit_log"),
        "form": found.form,
        "entries": entries,
        "following": following,
        "is_first": start is None,
        "filtered": any(found.form.cleaned_data.values()),
    }
    status = 200 if found.is_valid() else 422
    return render(request, "programme/auditing/log.html", context, status=status)


@require_safe
@recent_sign_in
@limited("reports")
def audit_export(request: Request, slug: str) -> HttpResponse:
    """The filtered log as a spreadsheet; itself in the log."""
    cohort = cohort_for(request.user, slug)
    found = _filtered(request, cohort)
    if not found.is_valid():
        return audit_log(request, slug)
    basis = f"Audit log of {cohort}. {_chosen(found)}At most the newest {MOST_EXPORTED:,} events."
    name = f"audit-{cohort.slug}-{timezone.localdate()}.csv"
    return csv_response(
        name,
        CSV_HEADER,
        csv_rows(found.qs),
        about_lines(request.user, basis),
        reader=request.user,
        of=cohort,
    )


def _filtered(request: Request, cohort: Cohort) -> AuditFilter:
    return AuditFilter(request.GET, queryset=events_of(request.user, cohort), cohort=cohort)


def _chosen(found: AuditFilter) -> str:
    """What the filter asked for, in a sentence; "" where nothing."""
    given = [
        f"{found.form.fields[name].label}: {value}"
        for name, value in found.form.cleaned_data.items()
        if value
    ]
    return f"Filtered by {'; '.join(given)}. " if given else ""
