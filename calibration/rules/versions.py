"""What became another between two versions of what an organisation was given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Of what a release says of a criterion: what is words, to whoever reads it.
WORDS = ("commentary", "lift", "cause", "reason")


@dataclass(frozen=True)
class Step:
    """One criterion that changed, by its code; `words`: some of its words did."""

    code: str
    before: int | None
    after: int | None
    words: bool


def steps_between(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> list[Step]:
    """The criteria whose level or words changed, in the order of `after`.

    Both are snapshots of releases; one made before reasons were given has none.
    """
    found = []
    for code, now in after.items():
        then = before[code]
        words = any(then.get(name, "") != now.get(name, "") for name in WORDS)
        if words or then["level"] != now["level"]:
            found.append(Step(code, then["level"], now["level"], words))
    return found
