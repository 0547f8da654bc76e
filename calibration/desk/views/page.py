"""The page of one criterion at the desk: what it shows, and the forms it begins with."""

from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from assessments.models import Evidence, EvidenceUse
from calibration.desk.forms import (
    UNJUDGED,
    DecisionForm,
    Pieces,
    PieceSet,
    ProposalForm,
    SignForm,
    pieces_initial,
)
from calibration.desk.queries.desk import Desk, Item
from calibration.desk.queries.staleness import what_changed
from calibration.desk.views.desk import about
from calibration.models import Decision, ReviewRating
from calibration.rules.commentary import Part, first_rows, merged_lift, rows_again, shared_cause
from calibration.rules.wording import change_words

PIECES = "piece"
WAITING = 6  # of what is still to decide, named beside the form


def item_of(desk: Desk, code: str) -> Item:
    item = desk.item(code)
    if item is None:
        raise Http404
    return item


def _ratings(item: Item) -> list[ReviewRating]:
    return [one.rating for one in item.given]


def texts_of(item: Item) -> dict[int, str]:
    """Review id → that coach's commentary, in seat order."""
    return {rating.review_id: rating.commentary for rating in _ratings(item)}


def _begin(item: Item) -> dict:
    """What a form begins with: the decision that stands, or what the coaches gave alike."""
    decision = item.decision
    if decision:
        level = UNJUDGED if decision.level is None else str(decision.level)
        words = {name: getattr(decision, name) for name in ("lift", "cause", "rationale")}
        return {"level": level, "read_version": decision.row_version, **words}
    given = _ratings(item)
    level = "" if item.agreed is None else str(item.agreed)
    return {"level": level, "lift": merged_lift(given), "cause": shared_cause(given)}


def _parts(decision: Decision) -> list[Part]:
    return [Part(part.review_id, part.text, part.edited) for part in decision.parts.all()]


def _pieces(item: Item) -> Pieces:
    texts = texts_of(item)
    rows = rows_again(_parts(item.decision), texts) if item.decision else first_rows(texts)
    return PieceSet(texts=texts, prefix=PIECES, initial=pieces_initial(rows))


def _options(desk: Desk, item: Item, chosen: str) -> list[dict]:
    """The levels to choose from, each with what it means for the organisation in words."""
    return [
        {
            "level": level,
            "checked": str(chosen) == str(level.value),
            "change": change_words(item.own.level, level.value),
            "given_by": [one.name for one in item.given if one.rating.level == level.value],
            "allowed": item.allows(level.value),
        }
        for level in desk.framework.levels
    ]


def authored(parts: Iterable[Part], item: Item) -> list[dict]:
    """The pieces of a commentary, each with whose words they are."""
    names = {one.rating.review_id: one.name for one in item.given}
    return [
        {
            "text": part.text,
            "author": "Moderator"
            if part.review is None
            else names.get(part.review, "A coach who was taken off"),
            "edited": part.edited,
        }
        for part in parts
    ]


def _evidence(desk: Desk, item: Item) -> list[dict]:
    """The organisation's evidence here, each piece with the coaches it persuaded."""
    spotlit: dict[str, list[str]] = {}
    for one in item.given:
        for spotlight in one.rating.spotlights.all():
            passage = f" ({spotlight.passage})" if spotlight.passage else ""
            spotlit.setdefault(spotlight.evidence_id, []).append(f"{one.name}{passage}")
    uses = EvidenceUse.objects.filter(rating=item.own).select_related("evidence")
    found = [
        {"piece": use.evidence, "part": use.part, "persuaded": spotlit.get(use.evidence_id, ())}
        for use in uses
    ]
    listed = {entry["piece"].pk for entry in found}
    others: dict[str, Evidence] = {
        spotlight.evidence_id: spotlight.evidence
        for one in item.given
        for spotlight in one.rating.spotlights.all()
        if spotlight.evidence_id not in listed
    }
    found += [
        {"piece": piece, "part": "", "persuaded": spotlit[pk], "elsewhere": True}
        for pk, piece in others.items()
    ]
    return found


def _questions(desk: Desk, item: Item) -> list:
    """What the organisation was asked and answered about this criterion or the whole."""
    return list(
        desk.calibration.requests.exclude(answered_at=None)
        .filter(Q(criterion=item.criterion.id) | Q(criterion=None))
        .prefetch_related("evidence")
    )


def _decided(desk: Desk, item: Item) -> dict:
    decision = item.decision
    if decision is None:
        return {}
    return {
        "decision_parts": authored(_parts(decision), item),
        "decision_change": change_words(item.own.level, decision.level),
        "changes": what_changed(desk.calibration, decision) if item.is_stale else [],
    }


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
    request: HttpRequest, desk: Desk, item: Item, *, status: int = 200, **given
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
        "evidence": _evidence(desk, item),
        "questions": _questions(desk, item),
        "descriptors": zip(desk.framework.levels, item.criterion.descriptors, strict=True),
        "pending_level": desk.framework.level(pending.level) if pending else None,
        "pending_change": change_words(item.own.level, pending.level) if pending else "",
        **_decided(desk, item),
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
        context["options"] = _options(desk, item, chosen)
        context["unjudged"] = chosen == UNJUDGED
        context["preview"] = authored(context["pieces"].parts(), item)
        names = {one.rating.review_id: one.name for one in item.given}
        context["rows"] = [
            {"form": piece, "author": names.get(piece.review, "Your own words")}
            for piece in context["pieces"]
        ]
    return render(request, "calibration/desk/criterion.html", context, status=status)
