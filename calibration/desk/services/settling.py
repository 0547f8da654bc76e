"""The coaches' own accord: one proposes a level and words, the other signs the same content."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.fingerprint import fingerprint
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import User
from assessments.models import Criterion
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.desk.services.lease import settle, stays_open
from calibration.desk.services.moderating import check_reasons, write_decision
from calibration.models import (
    Calibration,
    Decision,
    Proposal,
    Review,
    ReviewRating,
    Signature,
)
from calibration.rules.commentary import Outcome, Part
from calibration.rules.problems import StepRefused
from calibration.rules.reasons import Wanted, reason_wanted

State, Method = Calibration.State, Decision.Method
NEEDS_MODERATOR = {
    Wanted.UNJUDGED: "That this cannot be judged needs a moderator.",
    Wanted.OUTSIDE: "A level outside what the coaches gave needs a moderator.",
    Wanted.CHANGES: "Changing a level on which you both agree needs a moderator.",
}


def content_hash(calibration: Calibration, criterion: Criterion, outcome: Outcome) -> str:
    """The hash of what two coaches sign: the criterion, level and every word."""
    content = [
        calibration.pk,
        calibration.version,
        criterion.code,
        outcome.level,
        [asdict(part) for part in outcome.parts],
        outcome.lift,
        outcome.cause,
    ]
    return fingerprint(content)


@transaction.atomic
def propose(*, actor: User, review: Review, criterion: Criterion, outcome: Outcome) -> Proposal:
    """A main coach offers the other a level and words, and signs them."""
    hold_open(review.calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(review.calibration_id)
    _check_may_settle(row, review, actor)
    ratings = submitted_ratings(row)
    _check_may_decide(row, criterion, outcome, ratings, input_hashes(row, ratings))
    if outcome.level is None:
        raise StepRefused(NEEDS_MODERATOR[Wanted.UNJUDGED])
    proposal = Proposal.objects.create(
        calibration=row,
        version=row.version,
        criterion=criterion,
        level=outcome.level,
        commentary=outcome.commentary,
        lift=outcome.lift,
        cause=outcome.cause,
        content=content_hash(row, criterion, outcome),
        proposed_by=review,
    )
    Signature.objects.create(proposal=proposal, review=review, content=proposal.content)
    audit.record(actor, "proposal.made", row, criterion=criterion.code)
    _tell_partner(row, review)
    return proposal


def _tell_partner(row: Calibration, review: Review) -> None:
    """One letter a day and version, however many criteria are proposed in a sitting."""
    partners = row.reviews.current().main().exclude(seat=review.seat)
    queue_template_mail(
        people=[one.coach for one in partners.select_related("coach")],
        template="proposal_made",
        context={"calibration": row},
        key=f"proposals:{row.pk}:{row.version}:{review.pk}:{timezone.localdate()}",
    )


def _check_may_settle(row: Calibration, review: Review, actor: User) -> None:
    if not row.is_settling:
        raise StepRefused("The coaches settle a criterion once both reviews are in.")
    if row.has_live_lease:
        raise StepRefused("A moderator is at work on this now.")
    review = Review.objects.get(pk=review.pk)
    if review.coach_id != actor.pk or not review.is_submitted or not review.is_main:
        raise StepRefused("Only the two coaches settle a criterion between them.")


def _check_may_decide(
    row: Calibration,
    criterion: Criterion,
    outcome: Outcome,
    ratings: Mapping[int, Sequence[ReviewRating]],
    hashes: Mapping[int, str],
) -> None:
    """Inside what the coaches gave, and not over the head of a moderator."""
    levels = [rating.level for rating in ratings.get(criterion.pk, [])]
    if wanted := reason_wanted(outcome.level, levels):
        raise StepRefused(NEEDS_MODERATOR[wanted])
    check_reasons(row, criterion, outcome, levels)
    decided = decisions_of(row, hashes).get(criterion.pk)
    if decided and decided.method != Method.COACHES and not decided.is_stale:
        raise StepRefused("A moderator has decided this one.")


@transaction.atomic
def sign(*, actor: User, review: Review, proposal: Proposal, content: str) -> Decision:
    """The other coach signs the very content shown to them, which decides the criterion."""
    hold_open(review.calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(review.calibration_id)
    _check_may_settle(row, review, actor)
    if proposal.version != row.version or proposal.calibration_id != row.pk:
        raise StepRefused("This proposal belongs to an earlier version.")
    if content != proposal.content:
        raise StepRefused("The proposal is not the one you were shown. Read it again.")
    latest = row.proposals.filter(criterion=proposal.criterion, version=row.version).first()
    if latest != proposal:
        raise StepRefused("A newer proposal has replaced this one.")
    if proposal.proposed_by_id == review.pk:
        raise StepRefused("You made this proposal. The other coach signs it.")
    if not Review.objects.get(pk=proposal.proposed_by_id).is_submitted:
        raise StepRefused("The coach who proposed this was taken off.")
    outcome = Outcome(
        level=proposal.level,
        parts=[Part(proposal.proposed_by_id, proposal.commentary)] if proposal.commentary else [],
        lift=proposal.lift,
        cause=proposal.cause,
    )
    ratings = submitted_ratings(row)
    hashes = input_hashes(row, ratings)
    _check_may_decide(row, proposal.criterion, outcome, ratings, hashes)
    Signature.objects.get_or_create(proposal=proposal, review=review, defaults={"content": content})
    if row.state == State.BOTH_IN:
        row.state = State.MODERATING
        row.save(update_fields=["state"])
        audit.record(actor, "calibration.moderating", row)
    current = Decision.objects.filter(
        calibration=row, version=row.version, criterion=proposal.criterion
    ).first()
    open_after = stays_open(row, hashes)
    decision = write_decision(
        actor=actor,
        row=row,
        criterion=proposal.criterion,
        outcome=outcome,
        method=Method.COACHES,
        inputs=hashes[proposal.criterion_id],
        read_version=current.row_version if current else None,
    )
    if not open_after:
        settle(actor, row, hashes)
    return decision
