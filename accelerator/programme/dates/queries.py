"""When the phases of one enrolment are due: its cohort's dates, or its own."""

from collections.abc import Iterable
from datetime import date

from accelerator.core.days import day_in_words
from accelerator.models import Deadline, Enrolment, PeakPeriod
from accelerator.programme.dates.rules import busy_on, crossing

Phase = Deadline.Phase
# What `due_dates` and `busy_sentence` read, to be prefetched where there are several enrolments.
READ = ("deadlines", "peak_periods")


def due_dates(enrolment: Enrolment) -> dict[Phase, date]:
    """When each phase is due for an enrolment, in the phases' order.

    One query, or none where its `deadlines` were fetched with it.
    """
    own = own_dates(enrolment)
    return {
        phase: own[phase].due_on if phase in own else cohort_date(enrolment, phase)
        for phase in Phase
    }


def due_of(enrolment: Enrolment, phase: Phase) -> date:
    """When one phase is due for an enrolment."""
    return due_dates(enrolment)[phase]


def own_dates(enrolment: Enrolment) -> dict[str, Deadline]:
    """The dates that are an enrolment's own, by phase."""
    return {one.phase: one for one in enrolment.deadlines.all()}


def cohort_date(enrolment: Enrolment, phase: Phase) -> date:
    """When a phase is due for those of the cohort who have no date of their own."""
    return getattr(enrolment.cohort, f"{phase.value}_due")


def why_crossing(enrolment: Enrolment, phase: Phase, day: date) -> str:
    """Why a phase cannot be due on `day` beside the others, as a sentence; "" where it can."""
    dates = due_dates(enrolment) | {phase: day}
    order: list[tuple[Phase | None, date]] = [(None, enrolment.cohort.starts_on), *dates.items()]
    when = dict(order)
    for first, second in crossing(order):
        if first == phase and second is not None:
            return f"Choose {day_in_words(when[second])} or earlier: {second.label} is due then."
        if second == phase:
            what = f"{first.label} is due" if first else "the cohort begins"
            return f"Choose {day_in_words(when[first])} or later: {what} then."
    return ""


def cross(enrolment: Enrolment) -> bool:
    """Whether the dates of an enrolment are out of order, after its cohort's were moved."""
    return bool(crossing(list(due_dates(enrolment).items())))


def span_in_words(period: PeakPeriod) -> str:
    """A busy time and its days: "Summer camp, 1 June to 31 August 2027"."""
    first, last = period.starts_on, period.ends_on
    if first == last:
        return f"{period.what}, {day_in_words(first)}"
    begins = f"{first.day} {first:%B}" if first.year == last.year else day_in_words(first)
    return f"{period.what}, {begins} to {day_in_words(last)}"


def busy_sentence(day: date, periods: Iterable[PeakPeriod]) -> str:
    """What busy time a date falls in, as a sentence; "" where it falls in none."""
    found = " and in ".join(map(span_in_words, busy_on(day, periods)))
    return f"This falls in {found}." if found else ""
