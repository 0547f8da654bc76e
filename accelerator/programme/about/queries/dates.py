"""The page of dates: each phase with its day, and the busy times."""

from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects
from django.http import Http404

from accelerator.models import Deadline, Enrolment, PeakPeriod
from accelerator.programme.dates.queries import (
    READ,
    Phase,
    busy_sentence,
    cohort_date,
    due_dates,
    own_dates,
)


@dataclass(frozen=True)
class Line:
    """One phase: when it is due, its own date where it has one, and the busy time it falls in."""

    phase: Phase
    due: date
    cohort_date: date
    own: Deadline | None
    busy: str


def lines_of(enrolment: Enrolment, periods: list[PeakPeriod]) -> list[Line]:
    """The four phases in order. No queries after `periods_of`."""
    own = own_dates(enrolment)
    return [
        Line(phase, due, cohort_date(enrolment, phase), own.get(phase), busy_sentence(due, periods))
        for phase, due in due_dates(enrolment).items()
    ]


def periods_of(enrolment: Enrolment) -> list[PeakPeriod]:
    """The busy times, in order, read with the own dates. Two queries, and none for both after."""
    prefetch_related_objects([enrolment], *READ)
    return list(enrolment.peak_periods.all())


def phase_called(key: str) -> Phase:
    """The phase of an address. Raises Http404."""
    if key not in Phase.values:
        raise Http404
    return Phase(key)
