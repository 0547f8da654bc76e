"""Dates that cross, dates that fall in a busy time: plain values."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from accelerator.programme.dates.rules import busy_on, crossing

JUNE = date(2027, 6, 1)


def span(first: int, last: int) -> SimpleNamespace:
    return SimpleNamespace(starts_on=day(first), ends_on=day(last))


def day(number: int) -> date:
    return JUNE + timedelta(days=number)


@pytest.mark.parametrize(
    ("number", "found"), [(0, False), (1, True), (3, True), (5, True), (6, False)]
)
def test_both_ends_of_a_busy_time_are_part_of_it(number: int, found: bool) -> None:
    camp = span(1, 5)
    assert busy_on(day(number), [camp]) == ([camp] if found else [])


def test_a_day_may_fall_in_several_and_keeps_their_order() -> None:
    spans = [span(0, 9), span(20, 30), span(4, 4)]
    assert busy_on(day(4), spans) == [spans[0], spans[2]]


def test_what_crosses_is_named_and_equal_days_do_not() -> None:
    dates = [("a", day(1)), ("b", day(1)), ("c", day(5)), ("d", day(4))]
    assert crossing(dates) == [("c", "d")]
    assert crossing(dates[:3]) == []
