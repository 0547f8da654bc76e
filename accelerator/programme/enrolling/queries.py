"""Who is enrolled in a cohort."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accelerator.models import Cohort, Enrolment


@dataclass(frozen=True)
class EnrolmentCounts:
    """How many were enrolled in a cohort, and how many of them are now in which state."""

    enrolled: int
    active: int
    paused: int
    withdrawn: int


def enrolment_counts(cohort: Cohort) -> EnrolmentCounts:
    """One query."""
    states = {state: Count("pk", filter=Q(state=state)) for state in Enrolment.State.values}
    return EnrolmentCounts(**cohort.enrolments.order_by().aggregate(enrolled=Count("pk"), **states))
