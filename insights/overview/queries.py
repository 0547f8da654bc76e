"""Where each enrolment of a cohort stands. Of reviews only how many criteria are answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypedDict

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
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.formats import date_format, time_format

from accelerator.models import Cohort, Enrolment, User
from assessments.models import Assessment
from assessments.rules.rounds import BASELINE
from calibration.models import Calibration, Review, empty_seats, unanswered

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

State = Calibration.State
NOT_STARTED, DRAFT, HANDED_IN, LEFT = "not_started", "draft", "handed_in", "left"
STAGES = (
    (NOT_STARTED, "Not started"),
    (DRAFT, "Being rated"),
    (HANDED_IN, "Handed in, not opened yet"),
    *State.choices,
    (LEFT, "Left the cohort"),
)


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
    return Q(stage__in=Calibration.UNDER_REVIEW, due_on__lt=timezone.localdate())


def stage_counts(enrolments: "QuerySet[StagedEnrolment]") -> list[dict]:
    """[{key, label, count}] of the stages that somebody is at, in order."""
    found = dict(enrolments.order_by().values_list("stage").annotate(Count("pk")))
    return [
        {"key": key, "label": label, "count": found[key]} for key, label in STAGES if key in found
    ]


@dataclass(frozen=True)
class Fact:
    """One line about an enrolment; `late` is a word to stress, `answer` leads to its questions."""

    title: str
    words: str
    late: str = ""
    answer: bool = False


@dataclass(frozen=True)
class Action:
    """What can be done next: `url` takes `pk`, `about` ends the sentence for those who listen."""

    words: str
    about: str
    url: str
    pk: int
    style: str = "btn btn-quiet btn-sm"
    posts: bool = False


PRIMARY, LINK = "btn btn-primary btn-sm", "text-link"


@dataclass(frozen=True)
class Row:
    """One enrolment as the hub's list shows it."""

    enrolment: "StagedEnrolment"
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
    def is_late(self) -> bool:
        return self.calibration is not None and self.calibration.is_overdue

    @property
    def self_assessment(self) -> str:
        """How far it is, in words; `has_results` says whether it can be read."""
        if not self.enrolment.assessment_state:
            return "Not started"
        if not self.has_results:
            return "Being rated"
        return f"Handed in {_day(timezone.localtime(self.enrolment.submitted_at))}."

    @property
    def has_results(self) -> bool:
        return self.enrolment.assessment_state == Assessment.State.SUBMITTED

    @property
    def facts(self) -> list[Fact]:
        """What is to be known about the calibration; nothing of who has left."""
        found = self.calibration
        if found is None or self.is_left:
            return []
        facts = []
        if (
            found.state in (State.UNASSIGNED, *Calibration.UNDER_REVIEW)
            and found.due_on is not None
        ):
            late = "Overdue" if found.is_overdue else ""
            facts.append(Fact("Reviews due", _day(found.due_on), late))
        if found.version > 1:
            facts.append(Fact("Version", str(found.version)))
        if found.has_live_lease:
            until = time_format(timezone.localtime(found.lease_expires_at), "H:i")
            facts.append(Fact("At the desk", f"{found.lease_holder}, until {until}"))
        if found.waiting:
            asked = f"{found.waiting} question{pluralize(found.waiting)} with the organisation"
            facts.append(Fact("Evidence", asked))
        if found.to_answer:
            facts.append(Fact("Questions", f"{found.to_answer} to answer", answer=True))
        return facts

    @property
    def empty_seats(self) -> list[str]:
        """The main seats that a withdrawal left empty."""
        if self.calibration is None or not self.calibration.is_under_review:
            return []
        return [str(seat.label) for seat in empty_seats(self.reviews)]

    @property
    def can_replace(self) -> bool:
        return self._is_in(Calibration.SEATS_OPEN)

    @property
    def actions(self) -> list[Action]:
        """What the hub can do next with this enrolment, the first step first."""
        name = self.enrolment.organisation.name
        if self.enrolment.stage == HANDED_IN:
            pk = self.enrolment.assessment_id
            words = "Open calibration"
            return [Action(words, f" of {name}", "calibration:open", pk, PRIMARY, posts=True)]
        if self.calibration is None:
            return []
        pk, actions = self.calibration.pk, []
        if self.enrolment.stage == State.UNASSIGNED:
            assign = Action("Assign coaches", f" to {name}", "calibration:assign", pk, PRIMARY)
            actions.append(assign)
        return actions + (self._comparing(pk, name) if self.may_compare else [])

    def _comparing(self, pk: int, name: str) -> list[Action]:
        side = Action("Side by side", f": {name}", "calibration:reveal", pk)
        framework = f" the framework of {name}"
        release = Action("Release", framework, "calibration:release", pk, PRIMARY)
        results = Action("Results", f" of {name}", "calibration:result", pk)
        desk = Action("Desk", f" of {name}", "calibration:desk", pk)
        third = Action("Third coach", f" for {name}", "calibration:third_coach", pk, LINK)
        reopen = Action("Reopen", framework, "calibration:reopen", pk, LINK)
        return [
            *([release] if self._is_in((State.AGREED,)) else []),
            *([results] if self.calibration.releases_made else []),
            side,
            *([desk] if self._is_in(Calibration.DECIDABLE) else []),
            *([third] if self._can_call_third else []),
            *([reopen] if self._is_in((State.RELEASED,)) else []),
        ]

    @property
    def _can_call_third(self) -> bool:
        return self._is_in(Calibration.SETTLING) and all(review.is_main for review in self.reviews)

    def _is_in(self, states: Iterable[str]) -> bool:
        return (
            not self.is_left and self.calibration is not None and self.calibration.state in states
        )


def _day(moment: date | datetime) -> str:
    return date_format(moment, "j M Y")


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


def _row(enrolment: "StagedEnrolment", calibration: "SeatedCalibration | None") -> Row:
    return Row(enrolment, calibration, calibration.seated if calibration else [])
