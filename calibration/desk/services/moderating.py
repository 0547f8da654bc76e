"""Settling what the coaches see differently: the moderator's lease and decisions."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import User
from assessments.models import Criterion, Rating
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.desk.services.lease import settle, stays_open, with_lease
from calibration.models import (
    Calibration,
    CommentaryPart,
    Decision,
    ReviewRating,
)
from calibration.rules.commentary import Outcome, merged_lift, parts_of, shared_cause
from calibration.rules.levels import agreed_level
from calibration.rules.problems import StaleReview, StepRefused
from calibration.rules.reasons import lift_is_missing, reason_wanted

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
    row = with_lease(actor, calibration)
    ratings = submitted_ratings(row)
    hashes = input_hashes(row, ratings)
    if read_inputs not in (None, hashes.get(criterion.pk)):
        raise StaleReview(row.decisions.filter(version=row.version, criterion=criterion).first())
    given = ratings.get(criterion.pk, [])
    levels = [rating.level for rating in given]
    check_reasons(row, criterion, outcome, levels)
    agrees = outcome.level is not None and outcome.level == agreed_level(levels)
    open_after = stays_open(row, hashes)
    decision = write_decision(
        actor=actor,
        row=row,
        criterion=criterion,
        outcome=outcome,
        method=Method.CONFIRMED if agrees else Method.MODERATED,
        inputs=hashes[criterion.pk],
        read_version=read_version,
    )
    if not open_after:
        settle(actor, row, hashes)
    return decision


def check_reasons(
    row: Calibration, criterion: Criterion, outcome: Outcome, levels: Sequence[int | None]
) -> None:
    """Refuse an outcome that lacks the rationale or the lift it needs."""
    wanted = reason_wanted(outcome.level, levels)
    if wanted and not outcome.rationale:
        raise StepRefused(wanted.value)
    own = Rating.objects.get(assessment=row.assessment_id, criterion=criterion).level
    if lift_is_missing(own, outcome.level, outcome.lift):
        raise StepRefused("Say what would lift it one level.")


def _fields(actor: User, outcome: Outcome, method: str, inputs: str) -> dict:
    return {
        "level": outcome.level,
        "method": method,
        "commentary": outcome.commentary,
        "lift": outcome.lift,
        "cause": outcome.cause,
        "rationale": outcome.rationale,
        "inputs": inputs,
        "decided_at": timezone.now(),
        "decided_by": actor,
    }


def _parts(decision: Decision, outcome: Outcome) -> list[CommentaryPart]:
    return [
        CommentaryPart(
            decision=decision,
            position=position,
            review_id=part.review,
            text=part.text,
            edited=part.edited,
        )
        for position, part in enumerate(outcome.parts)
        if part.text
    ]


def write_decision(
    *,
    actor: User,
    row: Calibration,
    criterion: Criterion,
    outcome: Outcome,
    method: str,
    inputs: str,
    read_version: int | None,
) -> Decision:
    """The decision of this version on `criterion`, new or changed, with whose words it is in.

    `inputs` is the hash of what it rests on.
    """
    fields = _fields(actor, outcome, method, inputs)
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
    CommentaryPart.objects.bulk_create(_parts(decision, outcome))
    audit.record(actor, "decision.made", row, criterion=criterion.code, method=method)
    return decision


@transaction.atomic
def confirm_agreements(
    *, actor: User, calibration: Calibration, read_inputs: Mapping[int, str] | None = None
) -> int:
    """Confirm every criterion on which the coaches chose the same level; how many.

    Each keeps both coaches' words. A mark-down without a lift stays for the desk.
    `read_inputs`, where given, maps criterion ids to the hash of what was read; a criterion that
    was not read, or rests on something that changed since, stays too. The number of queries does
    not grow with the criteria.
    """
    row = with_lease(actor, calibration)
    ratings = submitted_ratings(row)
    hashes = input_hashes(row, ratings)
    decided = decisions_of(row, hashes)
    read = {
        pk: given
        for pk, given in ratings.items()
        if pk not in decided and (read_inputs is None or read_inputs.get(pk) == hashes[pk])
    }
    outcomes = _agreements(row, read)
    open_after = stays_open(row, hashes)
    decisions = Decision.objects.bulk_create(
        Decision(
            calibration=row,
            version=row.version,
            criterion_id=pk,
            **_fields(actor, outcome, Method.CONFIRMED, hashes[pk]),
        )
        for pk, outcome in outcomes.items()
    )
    CommentaryPart.objects.bulk_create(
        part for one in decisions for part in _parts(one, outcomes[one.criterion_id])
    )
    codes = dict(row.assessment.framework.criteria.values_list("pk", "code"))
    audit.record_each(
        actor,
        "decision.made",
        row,
        [{"criterion": codes[pk], "method": Method.CONFIRMED} for pk in outcomes],
    )
    if not open_after:
        settle(actor, row, hashes)
    return len(outcomes)


def _agreements(
    row: Calibration, ratings: Mapping[int, Sequence[ReviewRating]]
) -> dict[int, Outcome]:
    """Criterion id → the outcome that the coaches' own levels and words make, where they agree."""
    own = dict(
        Rating.objects.filter(assessment=row.assessment_id).values_list("criterion", "level")
    )
    found = {}
    for pk, given in ratings.items():
        level = agreed_level([rating.level for rating in given])
        lift = merged_lift(given)
        if level is not None and not lift_is_missing(own.get(pk), level, lift):
            found[pk] = Outcome(level, parts_of(given), lift=lift, cause=shared_cause(given))
    return found
