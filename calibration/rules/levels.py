"""Pure rules for setting levels side by side. A level is an int from 0 up, or None."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """A calibrated level against the organisation's own."""

    MARK_DOWN = "markdown"
    MARK_UP = "markup"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not_comparable"


def change(self_level: int | None, calibrated: int | None) -> Change:
    if self_level is None or calibrated is None:
        return Change.NOT_COMPARABLE
    if calibrated < self_level:
        return Change.MARK_DOWN
    return Change.MARK_UP if calibrated > self_level else Change.UNCHANGED


@dataclass(frozen=True)
class Difference:
    """How far apart the coaches are on one criterion.

    `gap` is the distance of the furthest two levels, None when fewer than two judged it.
    `crosses` says that the gap crosses the middle of the scale (little to moderate on ours).
    """

    gap: int | None
    crosses: bool
    unsure: int

    @property
    def agrees(self) -> bool:
        return self.gap == 0


def difference(levels: Iterable[int | None], surenesses: Iterable[str], q: int) -> Difference:
    """The difference between coaches on a scale of `q` levels."""
    judged = [level for level in levels if level is not None]
    unsure = sum(sureness == "unsure" for sureness in surenesses)
    if len(judged) < 2:
        return Difference(None, False, unsure)
    low, high = min(judged), max(judged)
    middle = q / 2
    return Difference(high - low, low < middle <= high, unsure)


def queue_key(found: Difference, position: int) -> tuple:
    """Sorts what to decide: widest gap first, then crossing the middle, then the least sure.

    A criterion that somebody could not judge comes before those on which all agree.
    """
    gap = found.gap if found.gap is not None else 0.5
    return (-gap, not found.crosses, -found.unsure, position)


def within_range(level: int | None, levels: Sequence[int | None]) -> bool:
    """Whether a level lies inside what the coaches gave. Without levels, nothing does."""
    judged = [given for given in levels if given is not None]
    return level is not None and bool(judged) and min(judged) <= level <= max(judged)


def lowest_levels(levels: Iterable[int | None], q: int) -> frozenset[int]:
    """What counts as lowest on a scale of `q` levels: its lower half, and the lowest of `levels`.

    The highest level of the scale never does: nothing lifts it.
    """
    given = [level for level in levels if level is not None]
    return frozenset({*range(q // 2), min(given, default=0)} - {q - 1})


def agreed_level(levels: Sequence[int | None]) -> int | None:
    """The level on which all coaches agree, if they do."""
    return levels[0] if levels and None not in levels and len(set(levels)) == 1 else None
