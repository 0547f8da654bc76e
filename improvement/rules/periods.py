"""Stretches of whole months, for the grid and the timeline of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """Both days are part of it."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """ "March 2027", or "Mar to May 2027"; the year of the first is said where it differs."""
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first:%B %Y}"
        year = "" if self.first.year == self.last.year else f" {self.first:%Y}"
        return f"{self.first:%b}{year} to {self.last:%b %Y}"


def months_later(day: date, months: int) -> date:
    """The first of the month that many months after the day's own."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def periods(first: date, last: date, months: int) -> list[Period]:
    """Whole months, so many a period, that hold both days. `first` is not after `last`."""
    found = []
    begins = months_later(first, 0)
    while begins <= last:
        following = months_later(begins, months)
        found.append(Period(begins, following - timedelta(days=1)))
        begins = following
    return found


def place_in(columns: Sequence[Period], day: date) -> int:
    """Which of the periods holds a day. Raises StopIteration for one outside all."""
    return next(n for n, one in enumerate(columns) if one.first <= day <= one.last)
