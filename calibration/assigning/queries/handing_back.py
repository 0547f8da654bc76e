"""Whether a submission can still go back to its organisation: until a coach has begun."""

from django.urls import reverse

from accelerator.core.access import may
from accelerator.programme.journey import Button, Phase
from assessments.models import Assessment
from calibration.models import Calibration, Review, ReviewRating

BEGUN = (
    "A coach has begun, so it can no longer {go}. When something more is needed, a coach asks the "
    "organisation a question, and the answer goes to both coaches."
)


def has_begun(assessment: Assessment) -> bool:
    """Whether a review of an assessment holds an answer, or words of one."""
    reviews = Review.objects.current().filter(calibration__assessment=assessment)
    return ReviewRating.objects.filter(review__in=reviews).begun().exists()


def what_may_change(assessment: Assessment) -> Phase | None:
    """What a person for whom `assessment` was fetched may do about a submission. Two queries.

    None for those who may do nothing, and once the calibration is settled.
    """
    takes_back = may(assessment, "submission.take_back")
    if not takes_back and not may(assessment, "submission.return"):
        return None
    if assessment.enrolment.why_closed or _is_settled(assessment):
        return None
    if has_begun(assessment):
        return Phase(
            done=False,
            headline="It is being read",
            text=BEGUN.format(go="be taken back" if takes_back else "be returned"),
            links=[
                Button(
                    "Questions from the coaches",
                    reverse("calibration:requests", args=[assessment.pk]),
                )
            ],
        )
    if takes_back:
        return Phase(
            done=False,
            headline="Something to change?",
            text="Until a coach has begun you can take it back, change it and hand it in again.",
            button=Button("Take it back", reverse("calibration:take_back", args=[assessment.pk])),
        )
    return Phase(
        done=False,
        headline="Not what the coaches need?",
        text="Until a coach has begun you can return it to the organisation, with a reason.",
        button=Button("Return it", reverse("calibration:hand_back", args=[assessment.pk])),
    )


def _is_settled(assessment: Assessment) -> bool:
    settled = Calibration.objects.filter(assessment=assessment, state__in=Calibration.SETTLED)
    return settled.exists()
