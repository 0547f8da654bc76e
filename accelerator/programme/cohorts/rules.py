"""The dates of a cohort: in which order they come, and how an earlier cohort's move to a new year.

Plain values, no Django.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

# In the order in which they come.
DATES = ("starts_on", "explore_due", "calibrate_due", "improve_due", "review_due")
MONTHS = 12


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last where it has no such day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shifted(days: Mapping[str, date], start: date) -> dict[str, date]:
    """A cohort's DATES when it begins on `start`: by whole months, then by the days that are left.

    So a year later everything is due on the same day of the year.
    """
    began = days["starts_on"]
    months = (start.year - began.year) * MONTHS + start.month - began.month
    if months_later(began, months) > start:
        months -= 1
    left = start - months_later(began, months)
    return {name: months_later(day, months) + left for name, day in days.items()}
