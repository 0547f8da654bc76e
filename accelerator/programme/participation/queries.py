"""An enrolment whose part in its cohort stops or goes on, and whom that concerns."""

from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accelerator.models import Enrolment, Role, User
from accelerator.models.people import LEADING
from accelerator.programme.participation.rules import why_not_on
from accelerator.programme.participation.values import Touched


def touched(enrolment: Enrolment) -> list[Touched]:
    """What each app says that stands still (settings.PARTICIPATION), the lowest first."""
    return [import_string(path)(enrolment) for path in settings.PARTICIPATION]


def sentences_of(enrolment: Enrolment) -> list[str]:
    """What stands still once the part of `enrolment` stops."""
    return [sentence for one in touched(enrolment) for sentence in one.sentences]


def people_of(enrolment: Enrolment) -> list[User]:
    """Who is told: its leads, its adviser, and whoever is at work on what it wrote."""
    leads = User.objects.holding(*LEADING, organisation=enrolment.organisation_id)
    advisers = User.objects.holding(Role.ADVISER, enrolment=enrolment)
    at_work = [person for one in touched(enrolment) for person in one.people]
    return sorted({*leads, *advisers, *at_work}, key=lambda person: person.pk)


def why_not_the(day: date, enrolment: Enrolment) -> str:
    """Why its part cannot stop or go on on that day; "" where it can."""
    return why_not_on(
        day,
        began=enrolment.cohort.starts_on,
        today=timezone.localdate(),
        since=enrolment.withdrawn_on or enrolment.paused_on,
    )
