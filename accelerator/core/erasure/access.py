"""Who may remove words: judged on the enrolment that they belong to."""

from accelerator.core.access import get_for
from accelerator.models import Enrolment, User

ENROLMENTS = Enrolment.objects.select_related("organisation", "programme", "cohort")


def enrolment_to_erase(user: User, pk: int) -> Enrolment:
    return get_for(user, ENROLMENTS, "words.redact", pk=pk)
