"""The first half of a calibration as steps to draw: assigning, reviewing, questions."""

from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from accelerator.models import Role, User
from assessments.framework.services import publish_framework
from assessments.models import Criterion
from assessments.submission.services import submit_assessment
from calibration.assigning.services import assigning, handing_back
from calibration.models import Calibration, Decision, Release, Review
from calibration.reviewing.services import requests, reviewing
from calibration.rules.problems import ReviewLocked, StepRefused
from tests.factories.assessment import SMALL, rate_all, started
from tests.factories.calibration import judgement
from tests.factories.programme import EnrolmentFactory, InstitutionFactory, MembershipFactory
from tests.machines.calibration_model import MAIN, Chair, Model, Seat, State

WORLD = SimpleNamespace()
COACH = st.integers(0, 4)
SEAT = st.sampled_from(list(Seat))
LEAVING = st.sampled_from([Seat.THIRD, Seat.THIRD, Seat.THIRD, Seat.FIRST, Seat.SECOND])
PLACE = st.integers(0, 4)
LEVEL = st.integers(0, 2)


def build_world() -> None:
    """An assessment handed in, five coaches of three institutions, two moderators and the hub."""
    enrolment = EnrolmentFactory()
    WORLD.lead = MembershipFactory(role=Role.LEAD, organisation=enrolment.organisation).user
    WORLD.hub = MembershipFactory(role=Role.HUB, cohort=enrolment.cohort).user
    WORLD.moderators = [
        MembershipFactory(role=Role.MODERATOR, cohort=enrolment.cohort).user for _ in range(2)
    ]
    homes = [InstitutionFactory() for _ in range(3)]
    WORLD.coaches = []
    for place in (0, 0, 1, 1, 2):
        coach = MembershipFactory(role=Role.COACH, institution=homes[place]).user
        coach.institution = homes[place].pk
        WORLD.coaches.append(coach)
    assessment = started(enrolment, WORLD.lead, publish_framework(data=SMALL)[0])
    rate_all(assessment, WORLD.lead, level=1)
    submit_assessment(actor=WORLD.lead, assessment=assessment)
    assessment.refresh_from_db()
    WORLD.calibration = assigning.open_calibration(actor=WORLD.hub, assessment=assessment)


class Reviewing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.row = WORLD.calibration
        self.criteria = list(Criterion.objects.filter(framework=self.row.assessment.framework_id))
        self.model = Model([criterion.pk for criterion in self.criteria])
        self.kept: dict[int, list] = {}  # a submitted review's ratings

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def attempt(self, allowed: bool, work, *refusals):
        """Do it where the rules allow; elsewhere it must be refused and change nothing."""
        if allowed:
            return work()
        before = self.everything()
        with pytest.raises(refusals or (StepRefused,)), transaction.atomic():
            work()
        assert self.everything() == before
        return None

    def everything(self) -> list:
        return [
            list(Calibration.objects.filter(pk=self.row.pk).values()),
            list(Review.objects.order_by("pk").values()),
            list(Decision.objects.order_by("pk").values()),
            list(Release.objects.order_by("pk").values()),
        ]

    def ratings_of(self, review: Review) -> list:
        return list(review.ratings.order_by("pk").values())

    def seat(self, seat: str, coach: User, review: Review) -> None:
        criteria = list(review.ratings.values_list("criterion", flat=True))
        self.model.chairs[seat] = Chair(coach, review, criteria)

    # Assigning

    @rule(first=COACH, second=COACH)
    def assign(self, first: int, second: int) -> None:
        pair = [WORLD.coaches[first], WORLD.coaches[second]]
        allowed = (
            self.model.state == State.UNASSIGNED
            and pair[0].institution != pair[1].institution
            and all(map(self.model.may_sit, pair, MAIN))
        )
        row = self.attempt(
            allowed,
            lambda: assigning.assign_coaches(actor=WORLD.hub, calibration=self.row, coaches=pair),
        )
        if allowed:
            self.model.state = State.ASSIGNED
            for seat, coach in zip(MAIN, pair, strict=True):
                self.seat(seat, coach, row.reviews.get(seat=seat))

    @rule(seat=LEAVING, replacement=st.none() | COACH)
    def withdraw(self, seat: str, replacement: int | None) -> None:
        chair = self.model.chairs.get(seat)
        if chair is None:
            return
        new = None if replacement is None else WORLD.coaches[replacement]
        allowed = self.model.state not in (State.AGREED, State.RELEASED) and (
            new is None or self.model.may_sit(new, seat, leaving=seat)
        )
        review = self.attempt(
            allowed,
            lambda: assigning.withdraw_review(
                actor=WORLD.hub, review=chair.review, reason="Ill", replacement=new
            ),
        )
        if not allowed:
            return
        del self.model.chairs[seat]
        self.model.sat.add(chair.coach)
        if seat in MAIN and self.model.state in (State.BOTH_IN, State.MODERATING):
            self.model.state, self.model.holder, self.model.live = State.SCORING, None, False
        if new is not None:
            self.seat(seat, new, review)

    @rule(coach=COACH)
    def fill(self, coach: int) -> None:
        person = WORLD.coaches[coach]
        empty = next((seat for seat in MAIN if seat not in self.model.chairs), None)
        allowed = (
            self.model.state in (State.ASSIGNED, State.SCORING)
            and empty is not None
            and self.model.may_sit(person, empty)
        )
        review = self.attempt(
            allowed,
            lambda: assigning.fill_seat(actor=WORLD.hub, calibration=self.row, coach=person),
        )
        if allowed:
            self.seat(empty, person, review)

    @rule(coach=COACH, place=PLACE)
    def ask_third(self, coach: int, place: int) -> None:
        person = WORLD.coaches[coach]
        allowed = (
            self.model.state in (State.BOTH_IN, State.MODERATING)
            and Seat.THIRD not in self.model.chairs
            and self.model.may_sit(person, Seat.THIRD)
        )
        codes = [self.criteria[place].code]
        review = self.attempt(
            allowed,
            lambda: assigning.ask_third_coach(
                actor=WORLD.hub, calibration=self.row, coach=person, codes=codes
            ),
        )
        if allowed:
            self.seat(Seat.THIRD, person, review)

    @rule()
    def take_back_and_hand_in_again(self) -> None:
        """Allowed while nobody in a seat has answered; then everybody is released."""
        assessment = self.row.assessment
        allowed = not any(chair.levels for chair in self.model.chairs.values())
        self.attempt(
            allowed, lambda: handing_back.take_back(actor=WORLD.lead, assessment=assessment)
        )
        if allowed:
            self.model.sat |= {chair.coach for chair in self.model.chairs.values()}
            self.model.state, self.model.chairs = State.UNASSIGNED, {}
            assert submit_assessment(actor=WORLD.lead, assessment=assessment) is True

    # Reviewing

    @rule(seat=SEAT, level=LEVEL, only=st.none() | PLACE)
    def save(self, seat: str, level: int, only: int | None) -> None:
        chair = self.model.chairs.get(seat)
        if chair is None:
            return
        ratings = list(chair.review.ratings.select_related("review"))
        for rating in ratings if only is None else ratings[only : only + 1]:
            self.attempt(
                not chair.submitted,
                lambda rating=rating: reviewing.save_judgement(
                    rating=rating, read_version=rating.version, judgement=judgement(level)
                ),
                ReviewLocked,
            )
            if not chair.submitted:
                chair.levels[rating.criterion_id] = level
                if self.model.state == State.ASSIGNED:
                    self.model.state = State.SCORING

    @rule(seat=SEAT)
    def submit(self, seat: str) -> None:
        chair = self.model.chairs.get(seat)
        if chair is None:
            return
        allowed = chair.submitted or chair.complete
        done = self.attempt(
            allowed, lambda: reviewing.submit_review(actor=chair.coach, review=chair.review)
        )
        if not allowed:
            return
        assert done is not chair.submitted
        chair.submitted = True
        self.kept[chair.review.pk] = self.ratings_of(chair.review)
        if self.model.state == State.SCORING and self.model.seats_in() == 2:
            self.model.state, self.model.were_both_in = State.BOTH_IN, True

    @rule(seat=SEAT)
    def recall(self, seat: str) -> None:
        chair = self.model.chairs.get(seat)
        if chair is None:
            return
        allowed = (
            chair.submitted and self.model.state == State.SCORING and not self.model.were_both_in
        )
        self.attempt(
            allowed, lambda: reviewing.recall_review(actor=chair.coach, review=chair.review)
        )
        if allowed:
            chair.submitted = False
            del self.kept[chair.review.pk]

    @rule(place=PLACE)
    def ask_and_answer(self, place: int) -> None:
        def work() -> None:
            asked = requests.ask_for_evidence(
                actor=WORLD.hub,
                calibration=self.row,
                question="Which?",
                criterion=self.criteria[place],
            )
            requests.answer_request(actor=WORLD.lead, request=asked, answer="That.")

        self.row.refresh_from_db()
        allowed = self.model.state not in (State.UNASSIGNED, State.RELEASED)
        self.attempt(allowed, work)
        if allowed:
            pk = self.criteria[place].pk
            self.model.answers[pk] = self.model.answers.get(pk, 0) + 1
