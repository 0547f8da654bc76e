"""The desk of one calibration: each criterion side by side, and in which order to decide.

Read only through `calibration.desk.queries.inputs`, which gives nothing until both reviews are in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from accelerator.models import User
from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo
from assessments.models import Rating
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.models import Calibration, Decision, Proposal, Review, ReviewRating
from calibration.rules.commentary import merged_lift
from calibration.rules.levels import (
    Difference,
    agreed_level,
    change,
    difference,
    queue_key,
    within_range,
)
from calibration.rules.reasons import Settler, lift_is_missing, settled_by
from calibration.rules.wording import (
    SIGNS,
    WHOSE,
    agreement_words,
    beside_own,
    difference_brief,
    difference_words,
)


@dataclass(frozen=True)
class Given:
    """What one coach gave. `name` is the seat's, never the person's.

    `beside_own` and `sign` say how their level lies to the organisation's own.
    """

    rating: ReviewRating
    name: str
    is_yours: bool
    level: LevelInfo | None
    beside_own: str
    sign: str


@dataclass(frozen=True)
class Place:
    """A coach's seat and what they gave, None when this criterion was not theirs to rate."""

    seat: str
    given: Given | None


@dataclass(frozen=True)
class Item:
    """One criterion at the desk.

    `pending` is a coach's proposal that waits for the other; `inputs` the hash of all shown here.
    """

    criterion: CriterionInfo
    own: Rating
    own_level: LevelInfo | None
    places: tuple[Place, ...]
    found: Difference
    decision: Decision | None
    decided_level: LevelInfo | None
    pending: Proposal | None
    inputs: str
    words: str
    brief: str

    @property
    def given(self) -> list[Given]:
        return [place.given for place in self.places if place.given]

    @property
    def levels(self) -> list[int | None]:
        return [one.rating.level for one in self.given]

    @property
    def agreed(self) -> int | None:
        return agreed_level(self.levels)

    @property
    def differs(self) -> bool:
        return self.agreed is None

    @property
    def is_stale(self) -> bool:
        return self.decision is not None and self.decision.is_stale

    @property
    def is_decided(self) -> bool:
        return self.decision is not None and not self.decision.is_stale

    @property
    def wants_lift(self) -> bool:
        """Whether the level agreed on marks down, and no coach says what would lift it."""
        lift = merged_lift([one.rating for one in self.given])
        return lift_is_missing(self.own.level, self.agreed, lift)

    @property
    def settler(self) -> Settler | None:
        """Whose level the decision is, by what the coaches give now; None without one."""
        return settled_by(self.decision.level, self.levels) if self.decision else None

    @property
    def is_moderated(self) -> bool:
        return self.settler is Settler.MODERATOR

    @property
    def settled(self) -> str:
        """How it was settled, in words; "" where it is not."""
        if self.decision is None:
            return ""
        return WHOSE[Settler.MODERATOR] if self.is_moderated else self.decision.get_method_display()

    def allows(self, level: int | None) -> bool:
        """Whether a level lies inside what the coaches gave."""
        return within_range(level, self.levels)


@dataclass(frozen=True)
class Desk:
    """A calibration side by side. `items` are in the framework's order, `queue` in the desk's."""

    calibration: Calibration
    framework: Catalogue
    items: tuple[Item, ...]
    seats: tuple[str, ...]

    @cached_property
    def queue(self) -> list[Item]:
        return sorted(self.items, key=lambda item: queue_key(item.found, item.criterion.position))

    @property
    def differences(self) -> list[Item]:
        return [item for item in self.queue if item.differs]

    @property
    def agreements(self) -> list[Item]:
        return [item for item in self.items if not item.differs]

    @property
    def decided(self) -> list[Item]:
        return [item for item in self.items if item.is_decided]

    @property
    def undecided(self) -> list[Item]:
        return [item for item in self.queue if not item.is_decided]

    @property
    def to_settle(self) -> list[Item]:
        """What needs a person's thought: differences, and decisions that went stale."""
        return [item for item in self.undecided if item.differs or item.is_stale]

    @property
    def to_confirm(self) -> list[Item]:
        return [item for item in self.undecided if not item.differs and not item.is_stale]

    @property
    def ready_to_confirm(self) -> list[Item]:
        """Those of `to_confirm` that the coaches' own words settle."""
        return [item for item in self.to_confirm if not item.wants_lift]

    @property
    def to_confirm_at_desk(self) -> list[Item]:
        """The others: a mark-down for which neither coach says what would lift it."""
        return [item for item in self.to_confirm if item.wants_lift]

    @property
    def all_decided(self) -> bool:
        return not self.undecided

    @property
    def agreement(self) -> str:
        """How far the two coaches' own reviews agree, from those alone: no decision counts."""
        given = [
            {one.rating.review.seat: one.rating.level for one in item.given} for item in self.items
        ]
        return agreement_words(
            [[levels.get(seat) for levels in given] for seat in Review.MAIN_SEATS]
        )

    def item(self, code: str) -> Item | None:
        return next((item for item in self.items if item.criterion.code == code), None)

    def around(self, item: Item) -> tuple[Item | None, Item | None]:
        """The ones before and after in the queue."""
        place = self.queue.index(item)
        before = self.queue[place - 1] if place else None
        return before, self.queue[place + 1] if place + 1 < len(self.queue) else None

    def next_undecided(self, code: str) -> Item | None:
        """The next to decide after `code`, from the start again after the end."""
        codes = [item.criterion.code for item in self.queue]
        place = codes.index(code) + 1
        rest = self.queue[place:] + self.queue[:place]
        return next((one for one in rest if not one.is_decided), None)

    def place(self, item: Item) -> str:
        """Where an item stands among its like: "difference 3 of 9"."""
        among = self.differences if item.differs else self.agreements
        kind = "Difference" if item.differs else "Agreement"
        return f"{kind} {among.index(item) + 1} of {len(among)}"


def desk_of(calibration: Calibration, user: User) -> Desk:
    """The desk as `user` reads it. The number of queries does not grow with what is on it."""
    framework = catalogue(calibration.assessment.framework_id)
    ratings = submitted_ratings(calibration)
    hashes = input_hashes(calibration, ratings)
    decisions = decisions_of(calibration, hashes)
    own = calibration.assessment.ratings.by_criterion()
    pending = _pending(calibration)
    present = {one.review.seat for given in ratings.values() for one in given}
    seats = [seat for seat in Review.Seat if seat in present]
    items = tuple(
        _item(
            framework,
            criterion,
            own[criterion.id],
            seats,
            {one.review.seat: one for one in ratings.get(criterion.id, ())},
            decisions.get(criterion.id),
            pending.get(criterion.id),
            hashes.get(criterion.id, ""),
            user,
        )
        for criterion in framework.criteria
    )
    return Desk(calibration, framework, items, tuple(seat.label for seat in seats))


def _pending(calibration: Calibration) -> dict[int, Proposal]:
    """Criterion id → the newest proposal, where one signature is still wanting."""
    newest: dict[int, Proposal] = {}
    proposals = (
        calibration.proposals.filter(version=calibration.version)
        .select_related("proposed_by")
        .prefetch_related("signatures")
    )
    for proposal in proposals:
        newest.setdefault(proposal.criterion_id, proposal)
    return {
        criterion: proposal
        for criterion, proposal in newest.items()
        if len(proposal.signatures.all()) < 2 and proposal.proposed_by.is_submitted
    }


def _given(
    framework: Catalogue, own: Rating, rating: ReviewRating | None, user: User
) -> Given | None:
    if rating is None:
        return None
    return Given(
        rating=rating,
        name=rating.review.get_seat_display(),
        is_yours=rating.review.coach_id == user.pk,
        level=framework.level(rating.level),
        beside_own=beside_own(rating.level, own.level),
        sign=SIGNS[change(own.level, rating.level)],
    )


def _item(
    framework: Catalogue,
    criterion: CriterionInfo,
    own: Rating,
    seats: Sequence[Review.Seat],
    ratings: Mapping[str, ReviewRating],
    decision: Decision | None,
    pending: Proposal | None,
    inputs: str,
    user: User,
) -> Item:
    places = tuple(
        Place(seat.label, _given(framework, own, ratings.get(seat), user)) for seat in seats
    )
    given = [place.given for place in places if place.given]
    found = difference(
        [one.rating.level for one in given],
        [one.rating.sureness for one in given],
        len(framework.levels),
    )
    spoken = [(one.name, one.level) for one in given]
    if decision and pending and pending.proposed_at < decision.decided_at and not decision.is_stale:
        pending = None
    return Item(
        criterion=criterion,
        own=own,
        own_level=framework.level(own.level),
        places=places,
        found=found,
        decision=decision,
        decided_level=framework.level(decision.level) if decision else None,
        pending=pending,
        inputs=inputs,
        words=difference_words(spoken, found, framework.levels),
        brief=difference_brief(spoken, found),
    )
