"""The page of one criterion at the desk: what it shows, and the forms it begins with."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accelerator.core.http import Request
from calibration.desk.forms import (
    UNJUDGED,
    DecisionForm,
    Pieces,
    PieceSet,
    ProposalForm,
    SignForm,
    pieces_initial,
)
from calibration.desk.queries.criterion import (
    answers_about,
    authored,
    decided_of,
    evidence_of,
    names_of,
    options_of,
    parts_of,
    texts_of,
)
from calibration.desk.queries.desk import Desk, Item
from calibration.desk.queries.standing import about
from calibration.models import Decision
from calibration.rules.commentary import first_rows, merged_lift, rows_again, shared_cause
from calibration.rules.wording import change_words

PIECES = "piece"
WAITING = 6  # of what is still to decide, named beside the form


def item_of(desk: Desk, code: str) -> Item:
    item = desk.item(code)
    if item is None:
        raise Http404
    return item


def _begin(item: Item) -> dict:
    """What a form begins with: the decision that stands, or what the coaches gave alike."""
    decision = item.decision
    if decision:
        level = UNJUDGED if decision.level is None else str(decision.level)
        words = {name: getattr(decision, name) for name in ("lift", "cause", "rationale")}
        return {"level": level, "read_version": decision.row_version, **words}
    given = [one.rating for one in item.given]
    level = "" if item.agreed is None else str(item.agreed)
    return {"level": level, "lift": merged_lift(given), "cause": shared_cause(given)}


def _pieces(item: Item) -> Pieces:
    texts = texts_of(item)
    rows = rows_again(parts_of(item.decision), texts) if item.decision else first_rows(texts)
    return PieceSet(texts=texts, prefix=PIECES, initial=pieces_initial(rows))


def _settling(desk: Desk, item: Item, context: Mapping) -> dict:
    """The coaches' own forms: to propose, and to sign what the other proposed."""
    decided = item.is_decided and item.decision.method != Decision.Method.COACHES
    if not context["can_propose"] or decided or all(level is None for level in item.levels):
        return {}
    begin = _begin(item)
    begin["commentary"] = "\n\n".join(text for text in texts_of(item).values() if text)
    pending = item.pending
    if pending:
        begin |= {name: getattr(pending, name) for name in ("commentary", "lift", "cause")}
        begin["level"] = str(pending.level)
    yours = pending is not None and pending.proposed_by_id == context["review"].pk
    return {
        "proposal_form": ProposalForm(item=item, framework=desk.framework, initial=begin),
        "sign_form": SignForm(initial={"content": pending.content})
        if pending and not yours
        else None,
    }


def criterion_page(
    request: Request, desk: Desk, item: Item, *, status: int = 200, **given
) -> HttpResponse:
    """The desk of one criterion. `given` are bound forms and notices that replace fresh ones."""
    context = about(desk, request.user)
    before, after = desk.around(item)
    pending = item.pending
    context |= {
        "item": item,
        "criterion": item.criterion,
        "pillar": desk.framework.pillar(item.criterion.pillar_key),
        "place": desk.place(item),
        "previous": before,
        "next": after,
        "waiting": [one for one in desk.undecided if one is not item][:WAITING],
        "evidence": evidence_of(item),
        "questions": answers_about(desk, item),
        "descriptors": zip(desk.framework.levels, item.criterion.descriptors, strict=True),
        "pending_level": desk.framework.level(pending.level) if pending else None,
        "pending_change": change_words(item.own.level, pending.level) if pending else "",
        **decided_of(desk, item),
    }
    if context["lease_is_yours"] and "form" not in given:
        begin = {**_begin(item), "read_inputs": item.inputs}
        given["form"] = DecisionForm(item=item, framework=desk.framework, initial=begin)
        given["pieces"] = _pieces(item)
    elif "form" not in given:
        context |= _settling(desk, item, context)
    context |= given
    if "form" in context:
        chosen = context["form"]["level"].value() or ""
        context["options"] = options_of(desk, item, chosen)
        context["unjudged"] = chosen == UNJUDGED
        context["preview"] = authored(context["pieces"].parts(), item)
        names = names_of(item)
        context["rows"] = [
            {"form": piece, "author": names.get(piece.review, "Your own words")}
            for piece in context["pieces"]
        ]
    return render(request, "calibration/desk/criterion.html", context, status=status)
