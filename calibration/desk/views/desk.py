"""Reading side by side: the moderator's list, the reveal, the queue of a desk."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.http import Request
from calibration.access import comparable
from calibration.desk.forms import StateForm
from calibration.desk.queries.desk import desk_of
from calibration.desk.queries.grids import grids, same_levels
from calibration.desk.queries.standing import about, listed, rows_of

PAGE = 25


@require_safe
def moderation(request: Request) -> HttpResponse:
    """What both coaches have handed in, for the moderators of its cohort."""
    form = StateForm(request.GET)
    found = listed(request.user)
    if form.is_valid() and form.cleaned_data["state"]:
        found = found.filter(state=form.cleaned_data["state"])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "calibration/desk/moderation.html",
        {"filter_form": form, "page": page, "rows": rows_of(page)},
    )


@require_safe
def reveal(request: Request, pk: int) -> HttpResponse:
    """Both coaches' grids turned over together: where they agree, then where they differ."""
    calibration = comparable(request.user, "calibration.compare", pk=pk)
    desk = desk_of(calibration, request.user)
    context = about(desk, request.user) | {"grids": grids(desk), "same": same_levels(desk)}
    return render(request, "calibration/desk/reveal.html", context)


@require_safe
def desk(request: Request, pk: int) -> HttpResponse:
    """What is left to decide, what is decided, and who is at work."""
    calibration = comparable(request.user, "calibration.compare", pk=pk)
    desk = desk_of(calibration, request.user)
    return render(request, "calibration/desk/desk.html", about(desk, request.user))
