"""How an enrolment is fetched for those who may change what it is made of."""

from accelerator.core.access import get_for
from accelerator.models import Enrolment, Programme, User
from accelerator.programme.cohorts.access import cohorts_of

ENROLMENTS = Enrolment.objects.select_related("organisation", "programme", "cohort")


def enrolment_to_change(user: User, pk: int) -> Enrolment:
    """The enrolment, for those who run its cohort."""
    return get_for(user, ENROLMENTS.all(), "cohort.run", pk=pk)


def may_rename(user: User, programme: Programme) -> bool:
    """Whether every cohort in which the programme is enrolled is run by this person."""
    elsewhere = Enrolment.objects.filter(programme=programme)
    return not elsewhere.exclude(cohort__in=cohorts_of(user).order_by()).exists()
