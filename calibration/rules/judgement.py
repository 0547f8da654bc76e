"""What a coach says of one criterion, as a plain value."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Judgement:
    """`level` None with a reason: cannot judge."""

    level: int | None
    cannot_judge_reason: str
    commentary: str
    private_note: str
    sureness: str
    cause: str
    lift: str


def judgement_of(rating: object) -> Judgement:
    """That of whatever holds these words under the same names, as a ReviewRating does."""
    return Judgement(**{field.name: getattr(rating, field.name) for field in fields(Judgement)})
