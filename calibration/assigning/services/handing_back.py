"""A submission goes back to its organisation while no coach has begun.

This is calibration's, not that of assessments: it alone knows what coaches have given, and it
releases them. It calls what lies below it and is called by nothing there.
"""

from django.db import transaction

from accelerator.core.closing import hold_open
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import User
from assessments.models import Assessment, Submission
from assessments.submission.services import give_back
from calibration.assigning.queries.handing_back import BEGUN, has_begun
from calibration.assigning.services.assigning import take_off
from calibration.models import Calibration
from calibration.rules.problems import StepRefused

Ending = Submission.Ending
WHY = {
    Ending.TAKEN_BACK: "The organisation took its self-assessment back.",
    Ending.RETURNED: "The self-assessment was returned to the organisation.",
}
GO = {Ending.TAKEN_BACK: "be taken back", Ending.RETURNED: "be returned"}


@transaction.atomic
def take_back(*, actor: User, assessment: Assessment) -> Submission:
    """The organisation changes it and hands it in again. Raises StepRefused."""
    return _go_back(actor, assessment, Ending.TAKEN_BACK, "")


@transaction.atomic
def hand_back(*, actor: User, assessment: Assessment, reason: str) -> Submission:
    """The Learning Hub returns it, saying why. Raises StepRefused."""
    return _go_back(actor, assessment, Ending.RETURNED, reason)


def _go_back(
    actor: User, assessment: Assessment, how: Submission.Ending, reason: str
) -> Submission:
    """Locks the assessment, its calibration and its reviews, in the order of all services.

    A coach's save waits for the review's lock and is then refused; one that came first is seen.
    """
    hold_open(assessment.enrolment_id, StepRefused)
    row = Assessment.objects.locked(assessment.pk)
    if not row.is_submitted:
        raise StepRefused("This self-assessment is not handed in.")
    calibration = Calibration.objects.filter(assessment=row).first()
    if calibration is not None:
        _release_coaches(actor, Calibration.objects.locked(calibration.pk), how)
    return give_back(actor=actor, assessment=row, how=how, reason=reason)


def _release_coaches(actor: User, calibration: Calibration, how: Submission.Ending) -> None:
    if calibration.is_settled:
        raise StepRefused("The calibration is settled, so nothing can go back any more.")
    reviews = list(calibration.reviews.current().select_for_update().order_by("pk"))
    if has_begun(calibration.assessment):
        raise StepRefused(BEGUN.format(go=GO[how]))
    for review in reviews:
        take_off(actor=actor, calibration=calibration, review=review, reason=WHY[how])
        queue_template_mail(
            people=[review.coach],
            template="review_released",
            context={"calibration": calibration},
            key=f"review-released:{review.pk}",
        )
    if calibration.state != Calibration.State.UNASSIGNED:
        calibration.state = Calibration.State.UNASSIGNED
        calibration.save(update_fields=["state"])
