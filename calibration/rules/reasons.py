"""What has to be said with a level: what would lift it, and why it is another than was given."""

from collections.abc import Sequence
from enum import Enum, StrEnum

from calibration.rules.levels import Change, agreed_level, change, within_range


class Wanted(Enum):
    """The reason a level wants, by what is told to whoever left it out."""

    UNJUDGED = "Say why this cannot be judged."
    OUTSIDE = "This level is outside what the coaches gave: say why."
    CHANGES = "The coaches agree on another level: say why it changes."


def lift_is_missing(own: int | None, level: int | None, lift: str) -> bool:
    """Whether a level marks the organisation down without a word on what would lift it."""
    return change(own, level) is Change.MARK_DOWN and not lift.strip()


def reason_wanted(level: int | None, levels: Sequence[int | None]) -> Wanted | None:
    """The reason that settling on `level` wants, where the coaches gave `levels`."""
    if level is None:
        return Wanted.UNJUDGED
    if within_range(level, levels):
        return None
    return Wanted.OUTSIDE if agreed_level(levels) is None else Wanted.CHANGES


class Settler(StrEnum):
    """Whose level a criterion was given in the end."""

    COACHES = "coaches"
    MODERATOR = "moderator"


def settled_by(level: int | None, levels: Sequence[int | None]) -> Settler:
    """Whose `level` is, where the coaches gave `levels`: theirs, unless it lies outside them.

    That nobody could judge it is the coaches' own word only where none of them could.
    """
    if level is None and levels and all(given is None for given in levels):
        return Settler.COACHES
    return Settler.MODERATOR if reason_wanted(level, levels) else Settler.COACHES
