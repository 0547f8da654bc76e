"""Dates that cross, and dates that fall in a busy time: plain values."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar


class Span(Protocol):
    """From a day to a day, both part of it."""

    starts_on: date
    ends_on: date


S = TypeVar("S", bound=Span)
K = TypeVar("K")


def busy_on(day: date, spans: Iterable[S]) -> list[S]:
    """Those of `spans` that hold `day`."""
    return [span for span in spans if span.starts_on <= day <= span.ends_on]


def crossing(dates: Sequence[tuple[K, date]]) -> list[tuple[K, K]]:
    """The neighbours of which the later is due before the earlier; two on one day are in order."""
    return [
        (first, second) for (first, day), (second, next_day) in pairwise(dates) if day > next_day
    ]
