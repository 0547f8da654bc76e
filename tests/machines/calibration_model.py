"""A plain model of the calibration's state machine, to hold the real one against."""

from dataclasses import dataclass, field

from calibration.models import Calibration, Review

State, Seat = Calibration.State, Review.Seat
MAIN = (Seat.FIRST, Seat.SECOND)
COMPARED = (State.BOTH_IN, State.MODERATING, State.AGREED, State.RELEASED)
EDGES = {
    State.UNASSIGNED: {State.ASSIGNED},
    State.ASSIGNED: {State.SCORING, State.UNASSIGNED},
    State.SCORING: {State.BOTH_IN, State.ASSIGNED, State.UNASSIGNED},
    State.BOTH_IN: {State.MODERATING, State.SCORING},
    State.MODERATING: {State.AGREED, State.SCORING},
    State.AGREED: {State.RELEASED, State.MODERATING},
    State.RELEASED: {State.MODERATING},
}


@dataclass
class Chair:
    """Somebody's seat: `levels` holds criterion → level, of the criteria that are theirs."""

    coach: object
    review: Review
    criteria: list[int]
    levels: dict[int, int] = field(default_factory=dict)
    submitted: bool = False

    @property
    def complete(self) -> bool:
        return len(self.levels) == len(self.criteria)


@dataclass
class Model:
    criteria: list[int]
    state: str = State.UNASSIGNED
    version: int = 1
    chairs: dict[str, Chair] = field(default_factory=dict)
    were_both_in: bool = False
    sat: set = field(default_factory=set)  # people who were taken off
    holder: object = None
    live: bool = False
    answers: dict[int, int] = field(default_factory=dict)
    decided: dict[int, tuple] = field(default_factory=dict)  # criterion → (token, by moderator)

    def seats_in(self) -> int:
        return sum(seat in self.chairs and self.chairs[seat].submitted for seat in MAIN)

    def given(self, criterion: int) -> list[int]:
        """The levels at the desk for a criterion."""
        return [
            chair.levels[criterion]
            for _, chair in sorted(self.chairs.items())
            if chair.submitted and criterion in chair.levels
        ]

    def token(self, criterion: int) -> tuple:
        """Stands for the hash of everything a decision rests on."""
        reviews = sorted(
            chair.review.pk
            for chair in self.chairs.values()
            if chair.submitted and criterion in chair.levels
        )
        return (tuple(reviews), self.answers.get(criterion, 0))

    def is_fresh(self, criterion: int) -> bool:
        return criterion in self.decided and self.decided[criterion][0] == self.token(criterion)

    def all_fresh(self) -> bool:
        return all(map(self.is_fresh, self.criteria))

    def decide(self, criterion: int, *, by_moderator: bool) -> None:
        self.decided[criterion] = (self.token(criterion), by_moderator)

    def is_complete(self) -> bool:
        """Whether every decision is fresh and no coach still writes."""
        return self.all_fresh() and all(chair.submitted for chair in self.chairs.values())

    def stays_open(self) -> bool:
        """Whether the next decision leaves the desk open."""
        return self.version > 1 or self.is_complete()

    def settle(self) -> None:
        """Agreed when it is complete."""
        if self.is_complete():
            self.state, self.holder, self.live = State.AGREED, None, False

    def has_desk(self, moderator) -> bool:
        return self.state == State.MODERATING and self.live and self.holder == moderator

    def may_sit(self, coach, seat: str, leaving: str | None = None) -> bool:
        """Whether a coach may take a seat, once whoever sits in `leaving` has left."""
        if any(chair.coach == coach for chair in self.chairs.values()):
            return False
        if self.were_both_in and coach in self.sat:
            return False
        others = {one: chair for one, chair in self.chairs.items() if one != leaving}
        return seat == Seat.THIRD or all(
            chair.review.institution_id != coach.institution
            for one, chair in others.items()
            if one in MAIN
        )
