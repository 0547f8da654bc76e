"""Deciding one criterion as the moderator who has the desk."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.models import User
from calibration.access import comparable
from calibration.desk.forms import DecisionForm, Pieces, PieceSet
from calibration.desk.queries.criterion import authored, criterion_of, texts_of
from calibration.desk.queries.desk import Desk, Item, desk_of
from calibration.desk.services import lease, moderating
from calibration.desk.views.page import PIECES, criterion_page, item_of
from calibration.models import Calibration
from calibration.rules.problems import StaleReview, StepRefused


def desk_criterion(request: Request, pk: int, code: str) -> HttpResponse:
    """Three columns for all who compare; a POST decides, previews, or takes the desk again."""
    action = "calibration.moderate" if request.method == "POST" else "calibration.compare"
    calibration = comparable(request.user, action, pk=pk)
    desk = desk_of(calibration, request.user)
    item = item_of(desk, code)
    if request.method != "POST":
        return criterion_page(request, desk, item)
    pieces = PieceSet(request.POST, prefix=PIECES, texts=texts_of(item))
    if request.POST.get("action") == "preview":
        return _preview(request, desk, item, pieces)
    form = DecisionForm(request.POST, item=item, framework=desk.framework)
    # Both are asked, so that all that is wrong is said at once.
    if not all([form.is_valid(), pieces.is_valid()]):
        if not pieces.is_valid():
            form.add_error(None, "Something in the commentary needs attention: see there.")
        return criterion_page(request, desk, item, form=form, pieces=pieces, status=422)
    try:
        if request.POST.get("action") == "take":
            lease.take_lease(actor=request.user, calibration=calibration)
        _decide(request.user, calibration, item, form, pieces)
    except StepRefused as error:
        form.add_error(None, str(error))
        calibration.refresh_from_db()
        return criterion_page(request, desk, item, form=form, pieces=pieces, status=409)
    except StaleReview:
        return _meanwhile(request, pk, code, form)
    return _go_on(request, pk, code)


def _decide(
    actor: User, calibration: Calibration, item: Item, form: DecisionForm, pieces: Pieces
) -> None:
    moderating.decide(
        actor=actor,
        calibration=calibration,
        criterion=criterion_of(item),
        outcome=form.outcome(pieces.parts()),
        read_version=form.cleaned_data["read_version"],
        read_inputs=form.cleaned_data["read_inputs"],
    )


def _go_on(request: Request, pk: int, code: str) -> HttpResponse:
    """On to the next in the queue, or back to the desk when nothing is left."""
    desk = desk_of(comparable(request.user, "calibration.moderate", pk=pk), request.user)
    item = item_of(desk, code)
    level = item.decided_level.short if item.decided_level else "cannot be judged"
    words = f"{item.criterion.label}: decided, {level}."
    if desk.calibration.is_agreed:
        messages.success(
            request, f"{words} Everything is decided, and the Learning Hub can release it."
        )
        return redirect("calibration:desk", pk=pk)
    following = desk.next_undecided(code)
    if following is None:
        words += " Nothing is left to decide; the desk stays open until you finish."
    messages.success(request, words)
    if following is None:
        return redirect("calibration:desk", pk=pk)
    return redirect("calibration:desk_criterion", pk=pk, code=following.criterion.code)


def _preview(request: Request, desk: Desk, item: Item, pieces: Pieces) -> HttpResponse:
    """The commentary as it would read, with whose words it is in. Nothing is saved."""
    if request.htmx:
        context = {"preview": authored(pieces.parts(), item)}
        return render(request, "calibration/desk/_preview.html", context)
    form = DecisionForm(item=item, framework=desk.framework, initial=request.POST.dict())
    return criterion_page(request, desk, item, form=form, pieces=pieces)


def _meanwhile(request: Request, pk: int, code: str, form: DecisionForm) -> HttpResponse:
    """What stands now beside what was typed, which a second try puts in its place."""
    desk = desk_of(comparable(request.user, "calibration.moderate", pk=pk), request.user)
    item = item_of(desk, code)
    data = request.POST.copy()
    data["read_version"] = str(item.decision.row_version) if item.decision else ""
    inputs_changed = data["read_inputs"] != item.inputs
    data["read_inputs"] = item.inputs
    return criterion_page(
        request,
        desk,
        item,
        form=DecisionForm(data, item=item, framework=desk.framework),
        pieces=PieceSet(data, prefix=PIECES, texts=texts_of(item)),
        meanwhile=True,
        inputs_changed=inputs_changed,
        status=409,
    )
