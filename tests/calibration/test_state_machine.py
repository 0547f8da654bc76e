"""Whatever people do in whatever order, a calibration stays within its rules."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from calibration.desk.queries.inputs import submitted_ratings
from calibration.desk.services import lease, moderating, settling
from calibration.models import Calibration, Decision, Release, Review, ReviewRating
from calibration.releasing.services import releasing
from calibration.rules.commentary import Outcome, Part
from tests.machines.calibration_model import COMPARED, EDGES, MAIN, Seat, State
from tests.machines.calibration_steps import LEVEL, PLACE, WORLD, Reviewing, build_world

pytestmark = pytest.mark.django_db

MODERATOR = st.integers(0, 1)
STAGES = [0, 1, 1, 2, 2, 2, 3, 4, 5, 5]  # from unassigned to reopened


class Calibrating(Reviewing):
    def __init__(self) -> None:
        super().__init__()
        self.released: dict[int, dict] = {}  # version → snapshot

    @initialize(stage=st.sampled_from(STAGES), level=LEVEL)
    def begin(self, stage: int, level: int) -> None:
        """Begin anywhere on the way, so that what comes late is drawn as often."""
        if stage == 0:
            return
        self.assign(0, 2)
        for seat, given in zip(MAIN, (level, (level + 1) % 3), strict=True):
            self.save(seat, given, None)
            self.save(seat, 1, 0)
            self.submit(seat)
        if stage > 1:
            self.take(0)
            self.confirm(0)
        for place in range(1, 5 if stage > 2 else 1):
            self.decide(0, place, 1)
        if stage > 3:
            self.release()
        if stage > 4:
            self.reopen("A slip in one level")

    # Moderating

    @rule(who=MODERATOR)
    def take(self, who: int) -> None:
        person = WORLD.moderators[who]
        mine_or_free = not self.model.live or self.model.holder == person
        allowed = (
            self.model.state in (State.BOTH_IN, State.MODERATING, State.AGREED) and mine_or_free
        )
        self.attempt(allowed, lambda: lease.take_lease(actor=person, calibration=self.row))
        if allowed:
            self.model.state = State.MODERATING
            self.model.holder, self.model.live = person, True

    @rule(who=MODERATOR)
    def give_back(self, who: int) -> None:
        person = WORLD.moderators[who]
        moderated = self.model.state == State.MODERATING
        others = self.model.live and self.model.holder != person
        allowed = not (moderated and others)
        self.attempt(allowed, lambda: lease.give_back_lease(actor=person, calibration=self.row))
        if allowed and moderated:
            self.model.holder, self.model.live = None, False
            self.model.settle()

    @rule()
    def time_passes(self) -> None:
        Calibration.objects.filter(pk=self.row.pk).exclude(lease_holder=None).update(
            lease_expires_at=timezone.now() - timedelta(seconds=1)
        )
        self.model.live = False

    @rule(who=MODERATOR, place=PLACE, level=st.none() | LEVEL)
    def decide(self, who: int, place: int, level: int | None) -> None:
        person, criterion = WORLD.moderators[who], self.criteria[place]
        current = Decision.objects.filter(
            calibration=self.row, version=self.model.version, criterion=criterion
        ).first()
        allowed = self.model.has_desk(person)
        self.attempt(
            allowed,
            lambda: moderating.decide(
                actor=person,
                calibration=self.row,
                criterion=criterion,
                outcome=Outcome(level, [Part(None, "Words.")], lift="Lift.", rationale="Why."),
                read_version=current.row_version if current else None,
            ),
        )
        if allowed:
            open_after = self.model.stays_open()
            self.model.decide(criterion.pk, by_moderator=True)
            if not open_after:
                self.model.settle()

    @rule(who=MODERATOR)
    def confirm(self, who: int) -> None:
        person = WORLD.moderators[who]
        allowed = self.model.has_desk(person)
        count = self.attempt(
            allowed, lambda: moderating.confirm_agreements(actor=person, calibration=self.row)
        )
        if not allowed:
            return
        alike = [
            criterion
            for criterion in self.model.criteria
            if len(set(self.model.given(criterion))) == 1 and criterion not in self.model.decided
        ]
        assert count == len(alike)
        open_after = self.model.stays_open()
        for criterion in alike:
            self.model.decide(criterion, by_moderator=True)
        if not open_after:
            self.model.settle()

    @rule(place=PLACE, proposer=st.sampled_from(MAIN))
    def settle_between_coaches(self, place: int, proposer: str) -> None:
        chairs = [self.model.chairs.get(seat) for seat in MAIN]
        if None in chairs:
            return
        first, second = chairs if proposer == Seat.FIRST else chairs[::-1]
        criterion = self.criteria[place]
        pk = criterion.pk
        over_a_moderator = self.model.is_fresh(pk) and self.model.decided[pk][1]
        allowed = (
            self.model.state in (State.BOTH_IN, State.MODERATING)
            and not self.model.live
            and not over_a_moderator
        )

        def work() -> None:
            outcome = Outcome(first.levels.get(pk), [Part(first.review.pk, "Ours.")], lift="Lift.")
            proposal = settling.propose(
                actor=first.coach, review=first.review, criterion=criterion, outcome=outcome
            )
            settling.sign(
                actor=second.coach,
                review=second.review,
                proposal=proposal,
                content=proposal.content,
            )

        self.attempt(allowed, work)
        if allowed:
            self.model.state = State.MODERATING
            open_after = self.model.stays_open()
            self.model.decide(pk, by_moderator=False)
            if not open_after:
                self.model.settle()

    # Releasing

    @rule()
    def release(self) -> None:
        fresh = all(map(self.model.is_fresh, self.model.decided))
        again = self.model.state == State.RELEASED
        allowed = again or (self.model.state == State.AGREED and fresh)
        given = self.attempt(
            allowed, lambda: releasing.release(actor=WORLD.hub, calibration=self.row)
        )
        if allowed:
            assert given.version == self.model.version
            self.released.setdefault(given.version, given.snapshot)
            self.model.state = State.RELEASED

    @rule(reason=st.sampled_from(["", "  ", "A slip in one level"]))
    def reopen(self, reason: str) -> None:
        allowed = self.model.state == State.RELEASED and bool(reason.strip())
        self.attempt(
            allowed,
            lambda: releasing.reopen(actor=WORLD.hub, calibration=self.row, reason=reason),
        )
        if allowed:
            self.model.state, self.model.version = State.MODERATING, self.model.version + 1

    @rule(goal=st.sampled_from(list(State)))
    def jump(self, goal: str) -> None:
        """Past every service: the database itself refuses what is not an edge."""
        if goal in EDGES[self.model.state] or goal == self.model.state:
            return
        with pytest.raises(DatabaseError), transaction.atomic():
            Calibration.objects.filter(pk=self.row.pk).update(state=goal)

    # What holds always

    @invariant()
    def the_row_is_where_the_rules_say(self) -> None:
        row = Calibration.objects.get(pk=self.row.pk)
        assert (row.state, row.version) == (self.model.state, self.model.version)
        assert row.has_live_lease is self.model.live
        assert row.lease_holder == (self.model.holder if self.model.live else row.lease_holder)
        found = Decision.objects.filter(calibration=row, version=row.version)
        assert set(found.values_list("criterion", flat=True)) == set(self.model.decided)

    @invariant()
    def it_only_ever_moved_along_an_edge(self) -> None:
        moves = Calibration.pgh_event_model.objects.filter(pgh_obj=self.row.pk)
        states = moves.order_by("pgh_id").values_list("state", flat=True)
        for before, after in pairwise(states):
            assert before == after or after in EDGES[before]

    @invariant()
    def nothing_is_compared_before_both_are_in(self) -> None:
        row = Calibration.objects.get(pk=self.row.pk)
        shown = submitted_ratings(row)
        others = ReviewRating.objects.visible_to(WORLD.hub).exists()
        if row.state in COMPARED:
            assert self.model.seats_in() == 2
            assert others
        else:
            assert not shown
            assert not others
            for chair in self.model.chairs.values():
                seen = Review.objects.visible_to(chair.coach)
                assert {review.coach for review in seen} == {chair.coach}

    @invariant()
    def no_decision_edits_a_review(self) -> None:
        for pk, ratings in self.kept.items():
            assert self.ratings_of(Review(pk=pk)) == ratings

    @invariant()
    def what_is_agreed_is_complete(self) -> None:
        if self.model.state in (State.AGREED, State.RELEASED):
            found = Decision.objects.filter(calibration=self.row, version=self.model.version)
            assert found.count() == len(self.criteria)

    @invariant()
    def releases_never_change_and_one_stands(self) -> None:
        releases = Release.objects.filter(calibration=self.row)
        assert {one.version: one.snapshot for one in releases} == self.released
        assert sum(one.stands for one in releases) == bool(self.released)


def test_any_order_of_steps_keeps_the_rules() -> None:
    build_world()
    run_state_machine_as_test(
        Calibrating,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("stage", range(6))
def test_the_machine_reaches_every_state(stage: int) -> None:
    """Otherwise the test above would prove little."""
    build_world()
    machine = Calibrating()
    try:
        machine.begin(stage, 2)
        found = (
            State.UNASSIGNED,
            State.BOTH_IN,
            State.MODERATING,
            State.AGREED,
            State.RELEASED,
            State.MODERATING,
        )[stage]
        assert machine.model.state == found
        machine.the_row_is_where_the_rules_say()
        assert machine.model.version == (2 if stage == 5 else 1)
        machine.releases_never_change_and_one_stands()
    finally:
        machine.teardown()
