from accelerator.core.access import get_for
from accelerator.models import Enrolment, User

ENROLMENTS = Enrolment.objects.select_related("organisation", "programme", "cohort")


def enrolment_to_change(user: User, pk: int) -> Enrolment:
    """The enrolment, for those who run its cohort."""
    return get_for(user, ENROLMENTS.all(), "cohort.run", pk=pk)
