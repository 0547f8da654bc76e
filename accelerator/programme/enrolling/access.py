"""Who may change what an enrolment is made of."""

from accelerator.models import Enrolment, Programme, User
from accelerator.programme.cohorts.access import cohorts_of


def may_rename(user: User, programme: Programme) -> bool:
    """Whether every cohort in which the programme is enrolled is run by this person."""
    elsewhere = Enrolment.objects.filter(programme=programme)
    return not elsewhere.exclude(cohort__in=cohorts_of(user).order_by()).exists()
