"""Who may remove words: judged on the enrolment that they belong to."""

from django.http import Http404

from accelerator.core.access import get_for
from accelerator.core.erasure.queries import Place, place_of
from accelerator.models import Enrolment, User

ENROLMENTS = Enrolment.objects.select_related("organisation", "programme", "cohort")


def enrolment_to_erase(user: User, pk: int) -> Enrolment:
    return get_for(user, ENROLMENTS, "words.redact", pk=pk)


def place_to_erase(user: User, enrolment: Enrolment, model: str, row: str, name: str) -> Place:
    """One text of the enrolment. Raises Http404 where there is none that they may know of."""
    place = place_of(user, enrolment, model, row, name)
    if place is None:
        raise Http404
    return place
