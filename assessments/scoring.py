"""Pure rules about ratings. A level is an int from 0 up, or None for "not rated"."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """How a map says what has no level, and how many have one; those of a map of ratings."""

    rated: str = "rated"
    cannot: str = "cannot be rated"
    not_yet_here: str = "Not rated"
    cannot_here: str = "Cannot be rated"

    def without_level(self, *, cannot: bool) -> str:
        """What stands where there is no level."""
        return self.cannot_here if cannot else self.not_yet_here

    def count(self, rated: int, cannot: int, total: int) -> str:
        """For example "12 of 30 rated" or "29 rated, 1 cannot be rated"."""
        if not cannot:
            return f"{rated} of {total} {self.rated}"
        of = "" if rated + cannot == total else f" of {total}"
        return f"{rated}{of} {self.rated}, {cannot} {self.cannot}"


RATED = Words()


def is_answered(level: int | None, cannot_rate_reason: str) -> bool:
    """A level, the lowest included, or a reason why none can be given."""
    return level is not None or bool(cannot_rate_reason)


def attention(
    level: int | None, cannot_rate_reason: str, justification: str, evidence_count: int
) -> str:
    """Why a criterion wants another look, in a few words; "" when it does not.

    A level above the lowest is a claim, so it wants words and evidence; the lowest does not.
    """
    if level is None:
        return "" if cannot_rate_reason else "not rated yet"
    if level > 0 and not evidence_count:
        return "no evidence yet"
    if level > 0 and not justification:
        return "no reason given yet"
    return ""
