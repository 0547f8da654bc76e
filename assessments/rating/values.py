"""What somebody answers about one criterion, as a plain value."""

from dataclasses import dataclass

from assessments.models import Rating


@dataclass(frozen=True)
class Answers:
    """What a person says about one criterion. `level` None is not rated; 0 is an answer."""

    level: int | None
    justification: str
    evidence_state: str
    practice: str
    cannot_rate_reason: str


def answers_of(rating: Rating) -> Answers:
    return Answers(
        level=rating.level,
        justification=rating.justification,
        evidence_state=rating.evidence_state,
        practice=rating.practice,
        cannot_rate_reason=rating.cannot_rate_reason,
    )
