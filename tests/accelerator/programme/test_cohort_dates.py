"""The order of a cohort's dates, and how they move to another year."""

from datetime import date, timedelta
from random import Random

from accelerator.programme.cohorts.rules import DATES, months_later, shifted
from accelerator.programme.dates.rules import crossing

DAYS = dict(
    zip(
        DATES,
        (
            date(2026, 9, 1),
            date(2026, 11, 30),
            date(2027, 1, 15),
            date(2027, 3, 31),
            date(2027, 9, 1),
        ),
        strict=True,
    )
)


def test_a_month_without_the_day_ends_earlier() -> None:
    assert months_later(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_later(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert months_later(date(2027, 3, 31), -4) == date(2026, 11, 30)


def test_a_year_later_everything_is_due_on_the_same_day() -> None:
    moved = shifted(DAYS, date(2027, 9, 1))
    assert moved == {name: day.replace(year=day.year + 1) for name, day in DAYS.items()}


def test_what_is_left_of_a_month_is_added_in_days() -> None:
    moved = shifted(DAYS, date(2027, 1, 4))
    assert moved["starts_on"] == date(2027, 1, 4)
    assert moved["explore_due"] == date(2027, 4, 2)  # 30 March and three days
    assert shifted(DAYS, date(2025, 9, 1))["improve_due"] == date(2026, 3, 31)


def test_a_copy_begins_when_it_should_and_stays_in_order() -> None:
    random = Random(7)

    def some_day() -> date:
        return date(2000, 1, 1) + timedelta(days=random.randrange(55_000))

    for _ in range(500):
        days, start = sorted(some_day() for _ in DATES), some_day()
        moved = shifted(dict(zip(DATES, days, strict=True)), start)
        assert moved["starts_on"] == start
        assert crossing(list(moved.items())) == []
