"""What every page of one enrolment has: how it is fetched, its tabs, and whether it can change."""

from django.urls import reverse

from accelerator.core.access import get_for, may
from accelerator.models import Enrolment, User

ENROLMENTS = Enrolment.objects.select_related("organisation", "programme", "cohort")
# (the URL's name, which takes the enrolment; what the tab says)
TABS = (
    ("enrolment", "About"),
    ("team", "People"),
    ("dates", "Dates"),
    ("consents", "Consents"),
    ("commitment", "Commitment"),
)


class Refused(Exception):
    """The message says why nothing was changed."""


def enrolment_for(user: User, pk: int, action: str) -> Enrolment:
    """The enrolment, for those who may do `action` to it."""
    return get_for(user, ENROLMENTS.all(), action, pk=pk)


def frame(enrolment: Enrolment, current: str) -> dict:
    """What the frame shows around a page; `current` is its tab, a URL's name."""
    tabs = [
        {"label": label, "url": reverse(name, args=[enrolment.pk]), "current": name == current}
        for name, label in TABS
    ]
    return {
        "enrolment": enrolment,
        "tabs": tabs,
        "closed": why_closed(enrolment),
        "runs": may(enrolment, "cohort.run"),
    }


def why_closed(enrolment: Enrolment, *, even_paused: bool = False) -> str:
    """`Enrolment.why_closed`; `even_paused`: of what may also change while it pauses."""
    pauses = enrolment.paused_on is not None and not enrolment.cohort.has_ended
    return "" if even_paused and pauses else enrolment.why_closed


def must_be_open(enrolment: Enrolment, *, even_paused: bool = False) -> None:
    """Raises Refused, as `why_closed` says."""
    if why := why_closed(enrolment, even_paused=even_paused):
        raise Refused(why)


def locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment's row, kept from others until the transaction ends."""
    return ENROLMENTS.select_for_update(of=("self",)).get(pk=enrolment.pk)
