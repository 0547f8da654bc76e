"""One calibration and its seats, as the hub's pages about it show them."""

from django.db.models import QuerySet

from calibration.models import Calibration, Review


def page_of(calibration: Calibration) -> dict:
    """What every page about one calibration shows."""
    enrolment = calibration.assessment.enrolment
    return {"calibration": calibration, "enrolment": enrolment, "cohort": enrolment.cohort}


def seated_at(calibration: Calibration) -> list[Review]:
    """The current reviews, with their coaches."""
    return list(calibration.reviews.current().select_related("coach", "institution"))


def left_from(calibration: Calibration) -> QuerySet[Review]:
    """The reviews of those who were taken off, the last first."""
    left = calibration.reviews.withdrawn().select_related("coach", "institution")
    return left.order_by("-withdrawn_at")
