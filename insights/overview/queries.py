"""Where each enrolment of a cohort stands. Of reviews only how many criteria are answered."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
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
from calibration.models import Calibration, Review, empty_seats, unanswered

State = Calibration.State
NOT_STARTED, DRAFT, HANDED_IN, LEFT = "not_started", "draft", "handed_in", "left"
STAGES = (
    (NOT_STARTED, "Not started"),
    (DRAFT, "Being rated"),
    (HANDED_IN, "Handed in, not opened yet"),
    *State.choices,
    (LEFT, "Left the cohort"),
)


def enrolments_with_stage(cohort: Cohort, round: str) -> QuerySet[Enrolment]:
    """The cohort's enrolments with `stage`, `step` (its place in STAGES), `due_on`, ids."""
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
    return Q(stage__in=Calibration.UNDER_REVIEW, due_on__lt=timezone.localdate())


def stage_counts(enrolments: QuerySet[Enrolment]) -> list[dict]:
    """[{key, label, count}] of the stages that somebody is at, in order."""
    found = dict(enrolments.order_by().values_list("stage").annotate(Count("pk")))
    return [
        {"key": key, "label": label, "count": found[key]} for key, label in STAGES if key in found
    ]


@dataclass(frozen=True)
class Row:
    """One enrolment as the hub's list shows it."""

    enrolment: Enrolment
    calibration: Calibration | None
    reviews: list[Review]

    @property
    def may_compare(self) -> bool:
        return self.calibration is not None and self.calibration.is_comparable

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
        if self.calibration is None or not self.calibration.is_under_review:
            return []
        return [seat.label for seat in empty_seats(self.reviews)]

    @property
    def can_replace(self) -> bool:
        return self._is_in(Calibration.SEATS_OPEN)

    @property
    def can_call_third(self) -> bool:
        return self._is_in(Calibration.SETTLING) and all(review.is_main for review in self.reviews)

    @property
    def shows_due(self) -> bool:
        return (
            self._is_in((State.UNASSIGNED, *Calibration.UNDER_REVIEW))
            and self.calibration.due_on is not None
        )

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


def rows_of(enrolments: Iterable[Enrolment], user: User) -> list[Row]:
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
    comparable = Calibration.objects.comparable_by(user).filter(pk=OuterRef("pk"))
    calibrations = (
        Calibration.objects.select_related("lease_holder")
        .annotate(
            waiting=Count(
                "requests",
                filter=Q(requests__answered_at=None) & ~Q(state=State.RELEASED),
                distinct=True,
            ),
            to_answer=Count(
                "releases__questions",
                filter=Q(releases__questions__answered_at=None),
                distinct=True,
            ),
            releases_made=Count("releases", distinct=True),
            is_comparable=Exists(comparable),
        )
        .prefetch_related(Prefetch("reviews", reviews, to_attr="seated"))
        .in_bulk([one.calibration_id for one in enrolments if one.calibration_id])
    )
    return [_row(one, calibrations.get(one.calibration_id)) for one in enrolments]


def _row(enrolment: Enrolment, calibration: Calibration | None) -> Row:
    return Row(enrolment, calibration, calibration.seated if calibration else [])
