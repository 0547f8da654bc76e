"""Where each enrolment of a cohort stands."""

from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from accelerator.models import Cohort, Enrolment, User
from assessments.models import Assessment, Submission
from assessments.rules.rounds import BASELINE
from calibration.access import side_by_side
from calibration.desk.queries.inputs import stale_decisions
from calibration.desk.queries.standing import LOOK_AGAIN
from calibration.models import Calibration

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

State = Calibration.State
NOT_STARTED, DRAFT, HANDED_IN = "not_started", "draft", "handed_in"
PAUSED, LEFT = "paused", "left"
STAGES = (
    (NOT_STARTED, "Not started"),
    (DRAFT, "Being rated"),
    (HANDED_IN, "Handed in, not opened yet"),
    *State.choices,
    (PAUSED, "Paused"),
    (LEFT, "Left the cohort"),
)


class Stage(TypedDict):
    """What `enrolments_with_stage` tells of each enrolment: `step` is its place in STAGES."""

    assessment_id: int | None
    assessment_state: str | None
    was_handed_in: bool
    submitted_at: datetime | None
    calibration_id: int | None
    calibration_state: str | None
    due_on: date | None
    stage: str
    step: int


if TYPE_CHECKING:
    StagedEnrolment = WithAnnotations[Enrolment, Stage]


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
        .select_related("organisation", "programme", "cohort")
        .annotate(
            assessment_id=Subquery(assessment.values("pk")[:1]),
            assessment_state=Subquery(assessment.values("state")[:1]),
            was_handed_in=Exists(
                Submission.objects.filter(
                    assessment__enrolment=OuterRef("pk"), assessment__round=round
                )
            ),
            submitted_at=Subquery(assessment.values("submitted_at")[:1]),
            calibration_id=Subquery(calibration.values("pk")[:1]),
            calibration_state=Subquery(calibration.values("state")[:1]),
            due_on=Subquery(calibration.values("due_on")[:1]),
            stage=Case(
                When(state=Enrolment.State.WITHDRAWN, then=Value(LEFT)),
                When(state=Enrolment.State.PAUSED, then=Value(PAUSED)),
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
    """Of `enrolments_with_stage`: those whose calibration is overdue."""
    return Q(calibration_id__in=Calibration.objects.overdue().values("pk"))


def stage_counts(enrolments: "QuerySet[StagedEnrolment]", user: User) -> list[dict]:
    """[{key, label, count}] of the stages that somebody is at, in order.

    What was agreed and needs another look, as far as `user` sees desks, is told apart.
    """
    found = dict(enrolments.order_by().values_list("stage").annotate(Count("pk")))
    agreed = enrolments.filter(stage=State.AGREED).order_by().values("calibration_id")
    stale = len(stale_decisions(side_by_side(user).filter(pk__in=agreed)))
    found[State.AGREED] = found.get(State.AGREED, 0) - stale
    labelled = [(key, label, found.get(key, 0)) for key, label in STAGES]
    labelled.insert(-2, (State.AGREED, LOOK_AGAIN, stale))
    return [{"key": key, "label": label, "count": count} for key, label, count in labelled if count]
