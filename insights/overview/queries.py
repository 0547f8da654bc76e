"""Where each enrolment of a cohort stands. Of reviews only how many criteria are answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from accelerator.models import Cohort, Enrolment, User
from assessments.models import Assessment
from assessments.rules.rounds import BASELINE
from calibration.models import Calibration, Review
from calibration.models.review import unanswered

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

State, Seat = Calibration.State, Review.Seat
NOT_STARTED, DRAFT, HANDED_IN, LEFT = "not_started", "draft", "handed_in", "left"
STAGES = (
    (NOT_STARTED, "Not started"),
    (DRAFT, "Being rated"),
    (HANDED_IN, "Handed in, not opened yet"),
    *State.choices,
    (LEFT, "Left the cohort"),
)
UNDER_REVIEW = (State.ASSIGNED, State.SCORING)
REPLACEABLE = (State.ASSIGNED, State.SCORING, State.BOTH_IN, State.MODERATING)


class Stage(TypedDict):
    """What `enrolments_with_stage` tells of each enrolment: `step` is its place in STAGES."""

    assessment_id: int | None
    assessment_state: str | None
    submitted_at: datetime | None
    calibration_id: int | None
    calibration_state: str | None
    due_on: date | None
    stage: str
    step: int


class Seated(TypedDict):
    """What `rows_of` fetches with each calibration."""

    seated: list[Any]


if TYPE_CHECKING:
    StagedEnrolment = WithAnnotations[Enrolment, Stage]
    SeatedCalibration = WithAnnotations[Calibration, Seated]


def rounds_of(cohort: Cohort) -> list[int]:
    """The baseline and every other round that somebody in the cohort has begun, in order."""
    begun = Assessment.objects.filter(enrolment__cohort=cohort).order_by()
    return sorted({BASELINE, *begun.values_list("round", flat=True).distinct()})


def enrolments_with_stage(cohort: Cohort, round: int) -> "QuerySet[StagedEnrolment]":
    """The cohort's enrolments, each with its `Stage`."""
    assessment = Assessment.objects.filter(enrolment=OuterRef("pk"), round=round)
    calibration = Calibration.objects.filter(
        assessment__enrolment=OuterRef("pk"), assessment__round=round
    ).order_by()
    return (
        Enrolment.objects.filter(cohort=cohort)
        .select_related("organisation", "programme")
        .annotate(
            assessment_id=Subquery(assessment.values("pk")[:1]),
            assessment_state=Subquery(assessment.values("state")[:1]),
            submitted_at=Subquery(assessment.values("submitted_at")[:1]),
            calibration_id=Subquery(calibration.values("pk")[:1]),
            calibration_state=Subquery(calibration.values("state")[:1]),
            due_on=Subquery(calibration.values("due_on")[:1]),
            stage=Case(
                When(state=Enrolment.State.WITHDRAWN, then=Value(LEFT)),
                When(assessment_state=None, then=Value(NOT_STARTED)),
                When(assessment_state=Assessment.State.DRAFT, then=Value(DRAFT)),
                When(calibration_state=None, then=Value(HANDED_IN)),
                default=F("calibration_state"),
                output_field=CharField(),
            ),
            step=Case(
                *(When(stage=key, then=Value(place)) for place, (key, _) in enumerate(STAGES)),
                output_field=IntegerField(),
            ),
        )
        .order_by("organisation__name", "pk")
    )


def overdue() -> Q:
    """Of `enrolments_with_stage`: still under review after the due date."""
    return Q(stage__in=UNDER_REVIEW, due_on__lt=timezone.localdate())


def stage_counts(enrolments: "QuerySet[StagedEnrolment]") -> list[dict]:
    """[{key, label, count}] of the stages that somebody is at, in order."""
    found = dict(enrolments.order_by().values_list("stage").annotate(Count("pk")))
    return [
        {"key": key, "label": label, "count": found[key]} for key, label in STAGES if key in found
    ]


@dataclass(frozen=True)
class Row:
    """One enrolment as the hub's list shows it."""

    enrolment: "StagedEnrolment"
    calibration: Calibration | None
    reviews: list[Review]
    may_compare: bool

    @property
    def stage_label(self) -> str:
        return dict(STAGES)[self.enrolment.stage]

    @property
    def is_left(self) -> bool:
        return self.enrolment.stage == LEFT

    @property
    def is_handed_in(self) -> bool:
        return self.enrolment.assessment_state == Assessment.State.SUBMITTED

    @property
    def can_open(self) -> bool:
        return self.enrolment.stage == HANDED_IN

    @property
    def can_assign(self) -> bool:
        return self.enrolment.stage == State.UNASSIGNED

    @property
    def empty_seats(self) -> list[str]:
        """The main seats that a withdrawal left empty."""
        if self.calibration is None or self.calibration.state not in UNDER_REVIEW:
            return []
        taken = {review.seat for review in self.reviews}
        return [str(seat.label) for seat in (Seat.FIRST, Seat.SECOND) if seat not in taken]

    @property
    def can_replace(self) -> bool:
        return self._is_in(REPLACEABLE)

    @property
    def can_call_third(self) -> bool:
        return self._is_in((State.BOTH_IN, State.MODERATING)) and all(
            review.seat != Seat.THIRD for review in self.reviews
        )

    @property
    def shows_due(self) -> bool:
        due_on = self.calibration.due_on if self.calibration else None
        return due_on is not None and self._is_in((State.UNASSIGNED, *UNDER_REVIEW))

    @property
    def can_release(self) -> bool:
        return self._is_in((State.AGREED,))

    @property
    def is_released(self) -> bool:
        return self._is_in((State.RELEASED,))

    @property
    def is_decidable(self) -> bool:
        return self._is_in(Calibration.DECIDABLE)

    def _is_in(self, states: Iterable[str]) -> bool:
        return (
            not self.is_left and self.calibration is not None and self.calibration.state in states
        )


def rows_of(enrolments: "Iterable[StagedEnrolment]", user: User) -> list[Row]:
    """The rows of one page: two queries, however many there are."""
    enrolments = list(enrolments)
    reviews = (
        Review.objects.current()
        .select_related("coach", "institution")
        .annotate(
            total=Count("ratings"), answered=Count("ratings", filter=~unanswered("ratings__"))
        )
        .order_by("seat")
    )
    calibrations = (
        Calibration.objects.select_related("lease_holder")
        .annotate(
            waiting=Count(
                "requests",
                filter=Q(requests__answered_at=None) & ~Q(state=Calibration.State.RELEASED),
                distinct=True,
            ),
            to_answer=Count(
                "releases__questions",
                filter=Q(releases__questions__answered_at=None),
                distinct=True,
            ),
            releases_made=Count("releases", distinct=True),
        )
        .prefetch_related(Prefetch("reviews", reviews, to_attr="seated"))
        .in_bulk([one.calibration_id for one in enrolments if one.calibration_id])
    )
    return [_row(one, calibrations.get(one.calibration_id), user) for one in enrolments]


def _row(enrolment: "StagedEnrolment", calibration: "SeatedCalibration | None", user: User) -> Row:
    reviews: list[Review] = calibration.seated if calibration else []
    blind = any(review.coach_id == user.pk and review.is_open for review in reviews)
    may_compare = calibration is not None and calibration.is_open_to_compare and not blind
    return Row(enrolment, calibration, reviews, may_compare)
