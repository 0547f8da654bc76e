"""What somebody answers about one criterion, as a plain value."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Answers:
    """What a person says about one criterion. `level` None is not rated; 0 is an answer."""

    level: int | None
    justification: str
    evidence_state: str
    practice: str
    cannot_rate_reason: str


def answers_of(rating: object) -> Answers:
    """Those of whatever holds them under the same names, as a Rating and its history do."""
    return Answers(**{field.name: getattr(rating, field.name) for field in fields(Answers)})
