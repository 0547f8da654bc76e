"""Pure rules about ratings. A level is an int from 0 up, or None for "not rated"."""


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
