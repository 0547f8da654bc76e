"""Every handing in of an assessment: the latest counts, the earlier ones stay readable."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.http import Request
from assessments.access import submission_for
from assessments.submission.queries import count_words, submissions_of, submitted_rows

PAGE = 20


@require_safe
def submissions(request: Request, pk: int) -> HttpResponse:
    """The submissions of an assessment, the newest first."""
    newest = submission_for(request.user, pk)
    page = Paginator(submissions_of(pk), PAGE).get_page(request.GET.get("page"))
    rows = [{"submission": one, "count": count_words(one)} for one in page]
    context = {"assessment": newest.assessment, "newest": newest, "page": page, "rows": rows}
    return render(request, "assessments/submissions.html", context)


@require_safe
def submission(request: Request, pk: int, number: int) -> HttpResponse:
    """One submission with its map, as it was; the one that stands is the results page."""
    found = submission_for(request.user, pk, number=number)
    if found.stands:
        return redirect("assessments:results", pk=pk)
    grid, rows = submitted_rows(found)
    context = {
        "assessment": found.assessment,
        "submission": found,
        "grid": grid,
        "sections": rows,
    }
    return render(request, "assessments/submission.html", context)
