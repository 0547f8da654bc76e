"""Giving many assessments their two coaches in one step."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from accelerator.models import User
from assessments.models import Assessment
from calibration.assigning.services.assigning import assign_coaches, open_calibration
from calibration.rules.problems import StepRefused


class PairsRefused(StepRefused):
    """None was assigned; `reasons` holds assessment id → why, for those that could not be."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__("Nothing was assigned.")
        self.reasons = dict(reasons)


@transaction.atomic
def assign_pairs(
    *,
    actor: User,
    pairs: Mapping[Assessment, tuple[User, User]],
    due_on: date | None = None,
    own_due: Mapping[int, date] | None = None,
) -> int:
    """Open each assessment's calibration and seat its two coaches: all of them, or none.

    Reviews are due on `due_on`, or where `own_due` (by assessment id) names a day, on that.
    Returns how many. Raises PairsRefused with a reason for each that could not be assigned.
    """
    reasons = {}
    # In one order, so that nobody who locks several enrolments waits for somebody who waits.
    for assessment, coaches in sorted(pairs.items(), key=lambda pair: pair[0].enrolment_id):
        try:
            with transaction.atomic():
                calibration = open_calibration(actor=actor, assessment=assessment)
                due = (own_due or {}).get(assessment.pk, due_on)
                assign_coaches(actor=actor, calibration=calibration, coaches=coaches, due_on=due)
        except StepRefused as refusal:
            reasons[assessment.pk] = str(refusal)
    if reasons:
        raise PairsRefused(reasons)
    return len(pairs)
