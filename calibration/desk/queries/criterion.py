"""What the page of one criterion at the desk reads beside the item itself."""

from collections.abc import Iterable

from assessments.models import Criterion, Evidence, EvidenceUse
from calibration.desk.queries.desk import Desk, Item
from calibration.desk.queries.staleness import what_changed
from calibration.models import Calibration, Decision, EvidenceRequest, Proposal
from calibration.rules.commentary import Part
from calibration.rules.wording import change_words


def criterion_of(item: Item) -> Criterion:
    return Criterion.objects.get(pk=item.criterion.id)


def proposal_of(calibration: Calibration, pk: int) -> Proposal:
    """One of the calibration's proposals. Raises Proposal.DoesNotExist."""
    return calibration.proposals.select_related("criterion").get(pk=pk)


def texts_of(item: Item) -> dict[int, str]:
    """Review id → that coach's commentary, in seat order."""
    return {one.rating.review_id: one.rating.commentary for one in item.given}


def parts_of(decision: Decision) -> list[Part]:
    return [Part(part.review_id, part.text, part.edited) for part in decision.parts.all()]


def names_of(item: Item) -> dict[int, str]:
    """Review id → the seat's name."""
    return {one.rating.review_id: one.name for one in item.given}


def authored(parts: Iterable[Part], item: Item) -> list[dict]:
    """The pieces of a commentary, each with whose words they are."""
    names = names_of(item)
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


def evidence_of(item: Item) -> list[dict]:
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


def answers_about(desk: Desk, item: Item) -> list[EvidenceRequest]:
    """What the organisation was asked and answered about this criterion or the whole."""
    asked = desk.calibration.requests.answered().about(item.criterion.id)
    return list(asked.prefetch_related("evidence"))


def options_of(desk: Desk, item: Item, chosen: str) -> list[dict]:
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


def decided_of(desk: Desk, item: Item) -> dict:
    """The decision that stands, in its authors' words, and why it may need another look."""
    decision = item.decision
    if decision is None:
        return {}
    return {
        "decision_parts": authored(parts_of(decision), item),
        "decision_change": change_words(item.own.level, decision.level),
        "changes": what_changed(desk.calibration, decision) if item.is_stale else [],
    }
