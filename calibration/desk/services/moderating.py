"""Settling what the coaches see differently: the moderator's lease and decisions."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import User
from assessments.models import Criterion, Rating
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.desk.services.lease import _with_lease, settle
from calibration.models import (
    Calibration,
    CommentaryPart,
    Decision,
    ReviewRating,
)
from calibration.rules.commentary import Outcome, merged_lift, parts_of, shared_cause
from calibration.rules.levels import Change, agreed_level, change, within_range
from calibration.rules.problems import StaleReview, StepRefused

State, Method = Calibration.State, Decision.Method


@transaction.atomic
def decide(
    *,
    actor: User,
    calibration: Calibration,
    criterion: Criterion,
    outcome: Outcome,
    read_version: int | None,
    read_inputs: str | None = None,
) -> Decision:
    """Decide one criterion as the moderator who holds the lease.

    `read_version` is the decision's row version when it was read, None when there was none;
    `read_inputs`, where given, the hash of what was read beside it. Raises StepRefused when a
    rationale or a lift is missing, StaleReview when it was decided elsewhere meanwhile or rests
    on something that changed.
    """
    row = _with_lease(actor, calibration)
    ratings = submitted_ratings(row)
    if read_inputs not in (None, input_hashes(row, ratings).get(criterion.pk)):
        raise StaleReview(row.decisions.filter(version=row.version, criterion=criterion).first())
    given = ratings.get(criterion.pk, [])
    levels = [rating.level for rating in given]
    check_reasons(row, criterion, outcome, levels)
    agrees = outcome.level is not None and outcome.level == agreed_level(levels)
    method = Method.CONFIRMED if agrees else Method.MODERATED
    decision = write_decision(actor, row, criterion, outcome, method, ratings, read_version)
    settle(actor, row, ratings)
    return decision


def check_reasons(
    row: Calibration, criterion: Criterion, outcome: Outcome, levels: Sequence[int | None]
) -> None:
    """Refuse an outcome that lacks the rationale or the lift it needs."""
    if not within_range(outcome.level, levels) and not outcome.rationale:
        raise StepRefused("This level is outside what the coaches gave: say why.")
    agreed = agreed_level(levels)
    if agreed is not None and outcome.level != agreed and not outcome.rationale:
        raise StepRefused("The coaches agree on another level: say why it changes.")
    own = Rating.objects.get(assessment=row.assessment_id, criterion=criterion).level
    if change(own, outcome.level) is Change.MARK_DOWN and not outcome.lift:
        raise StepRefused("Say what would lift it one level.")


def write_decision(
    actor: User,
    row: Calibration,
    criterion: Criterion,
    outcome: Outcome,
    method: str,
    ratings: dict[int, list[ReviewRating]],
    read_version: int | None,
) -> Decision:
    """The decision of this version on `criterion`, new or changed, with whose words it is in."""
    fields = {
        "level": outcome.level,
        "method": method,
        "commentary": outcome.commentary,
        "lift": outcome.lift,
        "cause": outcome.cause,
        "rationale": outcome.rationale,
        "inputs": input_hashes(row, ratings)[criterion.pk],
        "decided_at": timezone.now(),
        "decided_by": actor,
    }
    key = {"calibration": row, "version": row.version, "criterion": criterion}
    current = Decision.objects.filter(**key).first()
    if (current.row_version if current else None) != read_version:
        raise StaleReview(current)
    if current:
        Decision.objects.filter(pk=current.pk).update(row_version=F("row_version") + 1, **fields)
        current.parts.all().delete()
        current.refresh_from_db()
        decision = current
    else:
        decision = Decision.objects.create(**key, **fields)
    CommentaryPart.objects.bulk_create(
        CommentaryPart(
            decision=decision,
            position=position,
            review_id=part.review,
            text=part.text,
            edited=part.edited,
        )
        for position, part in enumerate(outcome.parts)
        if part.text
    )
    audit.record(actor, "decision.made", row, criterion=criterion.code, method=method)
    return decision


@transaction.atomic
def confirm_agreements(
    *, actor: User, calibration: Calibration, read_inputs: Mapping[int, str] | None = None
) -> int:
    """Confirm every criterion on which the coaches chose the same level; how many.

    Each keeps both coaches' words. A mark-down without a lift stays for the desk.
    `read_inputs`, where given, maps criterion ids to the hash of what was read; a criterion that
    was not read, or rests on something that changed since, stays too.
    """
    row = _with_lease(actor, calibration)
    ratings = submitted_ratings(row)
    hashes = input_hashes(row, ratings)
    decided = decisions_of(row, hashes)
    own = dict(
        Rating.objects.filter(assessment=row.assessment_id).values_list("criterion", "level")
    )
    criteria = {criterion.pk: criterion for criterion in row.assessment.framework.criteria.all()}
    confirmed = 0
    for pk, given in ratings.items():
        level = agreed_level([rating.level for rating in given])
        if level is None or pk in decided:
            continue
        if read_inputs is not None and read_inputs.get(pk) != hashes[pk]:
            continue
        outcome = Outcome(
            level, parts_of(given), lift=merged_lift(given), cause=shared_cause(given)
        )
        if change(own.get(pk), level) is Change.MARK_DOWN and not outcome.lift:
            continue
        write_decision(actor, row, criteria[pk], outcome, Method.CONFIRMED, ratings, None)
        confirmed += 1
    settle(actor, row, ratings)
    return confirmed
