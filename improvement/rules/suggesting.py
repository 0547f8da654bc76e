"""Which criteria a plan may begin from, and why. In the framework's order: nothing is ranked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

ESTABLISHED_YEARS = 3
NEW_TO_IT = ("design", "sustain")
ESTABLISHED = ("deliver", "monitor", "benefit")


class Why(Enum):
    """Why a criterion is offered as a starting point."""

    LOWEST = "It is among the lowest levels."
    LIFT = "The coaches say what would lift it one level."
    DEVELOPMENT = "Its evidence is still in development: finishing it is an action already."
    MISSING = "Its evidence was not there to see: was it missing, or not presented?"
    STAGE_NEW = "Those new to the work often begin here."
    STAGE_ESTABLISHED = "Those who have done it for years often go on here."


@dataclass(frozen=True)
class Given:
    """What a release says of one criterion. `may_rise`: it has a level, and there is one above."""

    code: str
    pillar: str
    may_rise: bool
    is_lowest: bool
    has_lift: bool
    cause: str
    related: Sequence[str]


@dataclass(frozen=True)
class Start:
    """A starting point: its reasons, and the other starting points that it is linked with."""

    code: str
    reasons: tuple[Why, ...]
    together: tuple[str, ...]


def starts(given: Iterable[Given], years: int | None) -> list[Start]:
    """Every criterion with a reason other than its stage. `years` of the work; None: not told."""
    rows = list(given)
    reasons = {row.code: _reasons(row) for row in rows}
    chosen = [row for row in rows if reasons[row.code]]
    codes = {row.code for row in chosen}
    return [
        Start(
            row.code,
            (*reasons[row.code], *_stage(row, years)),
            tuple(code for code in row.related if code in codes and code != row.code),
        )
        for row in chosen
    ]


def _reasons(row: Given) -> tuple[Why, ...]:
    if not row.may_rise:
        return ()
    found = [Why.LOWEST] if row.is_lowest else []
    found += [Why.LIFT] if row.has_lift else []
    found += {"development": [Why.DEVELOPMENT], "missing": [Why.MISSING]}.get(row.cause, [])
    return tuple(found)


def _stage(row: Given, years: int | None) -> tuple[Why, ...]:
    if years is None:
        return ()
    if years < ESTABLISHED_YEARS:
        return (Why.STAGE_NEW,) if row.pillar in NEW_TO_IT else ()
    return (Why.STAGE_ESTABLISHED,) if row.pillar in ESTABLISHED else ()
