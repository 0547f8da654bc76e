"""Settling what the coaches see differently: the moderator's lease and decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accelerator import audit
from accelerator.models import User
from assessments.models import Criterion, Rating
from calibration.access import tied_to
from calibration.comparing import Change, agreed_level, change, within_range
from calibration.models import (
    Calibration,
    CommentaryPart,
    Decision,
    Review,
    ReviewRating,
)
from calibration.services.assigning import locked
from calibration.services.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.services.problems import StaleReview, StepRefused

State, Method = Calibration.State, Decision.Method
LEASE = timedelta(minutes=30)


@dataclass(frozen=True)
class Part:
    """One piece of a commentary; `review` None is the moderator's own. `edited`: words changed."""

    review: int | None
    text: str
    edited: bool = False


@dataclass(frozen=True)
class Outcome:
    """What is decided on one criterion. `level` None: it cannot be judged."""

    level: int | None
    parts: Sequence[Part] = ()
    lift: str = ""
    cause: str = ""
    rationale: str = ""

    @property
    def commentary(self) -> str:
        return "\n\n".join(part.text for part in self.parts if part.text)


@transaction.atomic
def take_lease(*, actor: User, calibration: Calibration) -> Calibration:
    """Begin or go on moderating: nobody else decides until the lease is given back or expires."""
    row = locked(calibration)
    if row.state not in Calibration.DECIDABLE:
        raise StepRefused("This calibration is not open for moderation.")
    if row.has_live_lease and row.lease_holder_id != actor.pk:
        raise StepRefused("Somebody else is moderating this now. Try again later.")
    check_impartial(actor, row)
    if row.state != State.MODERATING:
        row.state = State.MODERATING
        audit.record(actor, "calibration.moderating", row)
    row.lease_holder, row.lease_expires_at = actor, timezone.now() + LEASE
    row.save(update_fields=["state", "lease_holder", "lease_expires_at"])
    return row


def check_impartial(actor: User, calibration: Calibration) -> None:
    """Refuse a moderator who coaches this assessment or is tied to its organisation."""
    if tied_to(actor, calibration):
        organisation = calibration.assessment.enrolment.organisation
        raise StepRefused(f"You have a conflict of interest with {organisation}.")
    if calibration.reviews.filter(coach=actor).exists():
        raise StepRefused("A coach of this assessment cannot moderate it.")


@transaction.atomic
def give_back_lease(*, actor: User, calibration: Calibration) -> Calibration:
    """End one's own turn at the desk, or an expired one; agreed when nothing is left to decide."""
    row = locked(calibration)
    if row.state != State.MODERATING:
        return row
    if row.lease_holder_id != actor.pk:
        if row.has_live_lease:
            raise StepRefused("Somebody else is moderating this now. Try again later.")
        check_impartial(actor, row)
    row.lease_holder = row.lease_expires_at = None
    row.save(update_fields=["lease_holder", "lease_expires_at"])
    settle(actor, row, submitted_ratings(row))
    return row


def _with_lease(actor: User, calibration: Calibration) -> Calibration:
    row = locked(calibration)
    if row.state != State.MODERATING:
        raise StepRefused("This calibration is not being moderated.")
    if row.lease_holder_id != actor.pk or not row.has_live_lease:
        raise StepRefused("Your turn at the desk has ended. Take it again to go on.")
    check_impartial(actor, row)
    row.lease_expires_at = timezone.now() + LEASE
    row.save(update_fields=["lease_expires_at"])
    return row


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


def settle(actor: User, row: Calibration, ratings: dict[int, list[ReviewRating]]) -> None:
    """AGREED when every criterion has a decision that is not stale, and no coach still writes."""
    if row.reviews.filter(state=Review.State.OPEN).exists():
        return
    decisions = decisions_of(row, input_hashes(row, ratings))
    criteria = set(row.assessment.framework.criteria.values_list("pk", flat=True))
    if criteria <= decisions.keys() and not any(one.is_stale for one in decisions.values()):
        row.state = State.AGREED
        row.lease_holder = row.lease_expires_at = None
        row.save(update_fields=["state", "lease_holder", "lease_expires_at"])
        audit.record(actor, "calibration.agreed", row)


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


def parts_of(given: Sequence[ReviewRating]) -> list[Part]:
    """Both coaches' commentary as the composer begins with it, each with its author."""
    return [Part(rating.review_id, rating.commentary) for rating in given if rating.commentary]


def merged_lift(given: Sequence[ReviewRating]) -> str:
    return "\n".join(dict.fromkeys(rating.lift for rating in given if rating.lift))


def shared_cause(given: Sequence[ReviewRating]) -> str:
    """The cause the coaches name alike; "" where they differ."""
    causes = {rating.cause for rating in given if rating.cause}
    return causes.pop() if len(causes) == 1 else ""
