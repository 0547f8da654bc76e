from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.models import User
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.desk.queries.standing import why_not_moderate
from calibration.models import Calibration, Review
from calibration.models.calibration import LEASE
from calibration.rules.problems import StepRefused

State = Calibration.State


@transaction.atomic
def take_lease(*, actor: User, calibration: Calibration) -> Calibration:
    """Begin or go on moderating: nobody else decides until the lease is given back or expires."""
    hold_open(calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(calibration.pk)
    if not row.is_decidable:
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
    if why := why_not_moderate(actor, calibration):
        raise StepRefused(why)


@transaction.atomic
def give_back_lease(*, actor: User, calibration: Calibration, finish: bool = True) -> Calibration:
    """End one's own turn at the desk, or an expired one.

    Agreed when nothing is left to decide, unless somebody means to go on (`finish` False).
    """
    hold_open(calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(calibration.pk)
    if row.state != State.MODERATING:
        return row
    if row.lease_holder_id != actor.pk:
        if row.has_live_lease:
            raise StepRefused("Somebody else is moderating this now. Try again later.")
        check_impartial(actor, row)
    row.lease_holder = row.lease_expires_at = None
    row.save(update_fields=["lease_holder", "lease_expires_at"])
    if finish:
        settle(actor, row, input_hashes(row, submitted_ratings(row)))
    return row


def with_lease(actor: User, calibration: Calibration) -> Calibration:
    """The row, locked, for whoever has the desk; their lease runs afresh. Raises StepRefused."""
    hold_open(calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(calibration.pk)
    if row.state != State.MODERATING:
        raise StepRefused("This calibration is not being moderated.")
    if row.lease_holder_id != actor.pk or not row.has_live_lease:
        raise StepRefused("Your turn at the desk has ended. Take it again to go on.")
    check_impartial(actor, row)
    row.lease_expires_at = timezone.now() + LEASE
    row.save(update_fields=["lease_expires_at"])
    return row


def is_complete(row: Calibration, hashes: Mapping[int, str]) -> bool:
    """Whether every criterion has a decision that is not stale, and no coach still writes.

    `hashes`: criterion id → the hash of what its decision rests on now.
    """
    if row.reviews.filter(state=Review.State.OPEN).exists():
        return False
    decisions = decisions_of(row, hashes)
    criteria = set(row.assessment.framework.criteria.values_list("pk", flat=True))
    return criteria <= decisions.keys() and not any(one.is_stale for one in decisions.values())


def stays_open(row: Calibration, hashes: Mapping[int, str]) -> bool:
    """Whether the next decision, whichever it is, leaves the desk open, to be finished by hand.

    So it does in a version that began with every decision made, and where somebody changes what
    was decided already: one change says nothing of how many follow.
    """
    return row.version > 1 or is_complete(row, hashes)


def settle(actor: User, row: Calibration, hashes: Mapping[int, str]) -> None:
    """AGREED when it `is_complete`."""
    if is_complete(row, hashes):
        row.state = State.AGREED
        row.lease_holder = row.lease_expires_at = None
        row.save(update_fields=["state", "lease_holder", "lease_expires_at"])
        audit.record(actor, "calibration.agreed", row)
