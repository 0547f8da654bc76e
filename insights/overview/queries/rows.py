"""One enrolment as the hub's list shows it. Of reviews only how many criteria are answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Prefetch,
    Q,
)
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.formats import date_format, time_format

from accelerator.models import User
from assessments.models import Assessment
from calibration.access import side_by_side
from calibration.desk.queries.inputs import stale_decisions
from calibration.desk.queries.standing import LOOK_AGAIN
from calibration.models import (
    Calibration,
    Decision,
    EvidenceRequest,
    ReleaseQuestion,
    Review,
    empty_seats,
    unanswered,
    why_no_third,
)
from insights.overview.queries.stages import HANDED_IN, STAGES, State

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from insights.overview.queries.stages import StagedEnrolment


class Seated(TypedDict):
    """What `rows_of` fetches with each calibration."""

    seated: list[Any]
    waiting: int
    to_answer: int
    releases_made: int
    is_comparable: bool
    has_desk: bool


if TYPE_CHECKING:
    SeatedCalibration = WithAnnotations[Calibration, Seated]


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
    calibration: "SeatedCalibration | None"
    reviews: list[Review]
    stale: int = 0  # decisions, of those agreed, that need another look

    @property
    def may_compare(self) -> bool:
        return self.calibration is not None and self.calibration.is_comparable

    @property
    def stage_label(self) -> str:
        return LOOK_AGAIN if self.stale else dict(STAGES)[self.enrolment.stage]

    @property
    def is_closed(self) -> bool:
        """Whether its part stands still: left, paused, or the cohort has ended."""
        return bool(self.enrolment.why_closed)

    @property
    def is_late(self) -> bool:
        return not self.is_closed and self.calibration is not None and self.calibration.is_overdue

    @property
    def self_assessment(self) -> str:
        """How far it is, in words; `has_results` says whether it can be read."""
        if not self.enrolment.assessment_state:
            return "Not started"
        if not self.has_results:
            return "Being rated again." if self.was_handed_in else "Being rated"
        return f"Handed in {_day(timezone.localtime(self.enrolment.submitted_at))}."

    @property
    def has_results(self) -> bool:
        return self.enrolment.assessment_state == Assessment.State.SUBMITTED

    @property
    def was_handed_in(self) -> bool:
        """Whether it was handed in and is with the organisation again."""
        return self.enrolment.was_handed_in and not self.has_results

    @property
    def facts(self) -> list[Fact]:
        """What is to be known about the calibration; of who left or paused, when and why."""
        found = self.calibration
        if self.is_closed:
            return self._parting
        if found is None:
            return []
        facts = []
        if found.awaits_reviews and found.due_on is not None and self.has_results:
            late = "Overdue" if found.is_overdue else ""
            facts.append(Fact("Reviews due", _day(found.due_on), late))
        if found.version > 1:
            facts.append(Fact("Version", str(found.version)))
        if found.has_live_lease:
            until = time_format(timezone.localtime(found.lease_expires_at), "H:i")
            facts.append(Fact("At the desk", f"{found.lease_holder}, until {until}"))
        if self.stale:
            decisions = f"{self.stale} decision{pluralize(self.stale)} to look at again"
            facts.append(Fact("Changed since", decisions))
        if found.waiting:
            asked = f"{found.waiting} question{pluralize(found.waiting)} with the organisation"
            facts.append(Fact("Evidence", asked))
        if found.to_answer:
            facts.append(Fact("Questions", f"{found.to_answer} to answer", answer=True))
        return facts

    @property
    def _parting(self) -> list[Fact]:
        one = self.enrolment
        facts = []
        if one.withdrawn_on is not None:
            facts = [Fact("Left on", _day(one.withdrawn_on)), Fact("Why", one.withdrawn_reason)]
        elif one.paused_on is not None:
            facts = [Fact("Paused since", _day(one.paused_on)), Fact("Why", one.paused_reason)]
        return [fact for fact in facts if fact.words]

    @property
    def empty_seats(self) -> list[str]:
        """The main seats that a withdrawal left empty."""
        if not self._is_in(Calibration.UNDER_REVIEW):
            return []
        return [str(seat.label) for seat in empty_seats(self.reviews)]

    @property
    def can_replace(self) -> bool:
        return self._is_in(Calibration.SEATS_OPEN)

    @property
    def actions(self) -> list[Action]:
        """What the hub can do with this enrolment, the next step first."""
        name = self.enrolment.organisation.name
        return [
            *self._next_steps,
            Action("About", f" {name}", "enrolment", self.enrolment.pk, LINK),
            Action("People", f" of {name}", "team", self.enrolment.pk, LINK),
            Action("Erase words", f" of {name}", "erase", self.enrolment.pk, LINK),
        ]

    @property
    def _next_steps(self) -> list[Action]:
        name = self.enrolment.organisation.name
        handed_in = self.enrolment.assessment_id
        if self.enrolment.stage == HANDED_IN and handed_in is not None and not self.is_closed:
            words = "Open calibration"
            of = f" of {name}"
            return [Action(words, of, "calibration:open", handed_in, PRIMARY, posts=True)]
        if self.calibration is None:
            return []
        pk, actions = self.calibration.pk, []
        if self.enrolment.stage == State.UNASSIGNED and not self.is_closed:
            assign = Action("Assign coaches", f" to {name}", "calibration:assign", pk, PRIMARY)
            actions.append(assign)
        return actions + (self._comparing(self.calibration, name) if self.may_compare else [])

    def _comparing(self, calibration: "SeatedCalibration", name: str) -> list[Action]:
        pk = calibration.pk
        side = Action("Side by side", f": {name}", "calibration:reveal", pk)
        framework = f" the framework of {name}"
        release = Action("Release", framework, "calibration:release", pk, PRIMARY)
        results = Action("Results", f" of {name}", "calibration:result", pk)
        desk = Action("Desk", f" of {name}", "calibration:desk", pk)
        third = Action("Third coach", f" for {name}", "calibration:third_coach", pk, LINK)
        reopen = Action("Reopen", framework, "calibration:reopen", pk, LINK)
        # A tie shuts the desk and the release, not what has been released.
        own = calibration.has_desk
        acts = own and not self.is_closed
        return [
            *([release] if acts and calibration.is_agreed and not self.stale else []),
            *([results] if calibration.releases_made else []),
            *([side] if own else []),
            *([desk] if own and calibration.is_decidable else []),
            *([third] if acts and not why_no_third(calibration, self.reviews) else []),
            *([reopen] if calibration.is_released and not self.is_closed else []),
        ]

    def _is_in(self, states: Iterable[str]) -> bool:
        return (
            not self.is_closed and self.calibration is not None and self.calibration.state in states
        )


def _day(moment: date | datetime) -> str:
    return date_format(moment, "j M Y")


def rows_of(enrolments: "Iterable[StagedEnrolment]", user: User) -> list[Row]:
    """The rows of one page: two queries, and four for what is agreed, however many there are."""
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
    desks = side_by_side(user).filter(pk=OuterRef("pk"))
    calibrations = (
        Calibration.objects.select_related("lease_holder", "assessment__enrolment__cohort")
        .annotate(
            waiting=Count(
                "requests", filter=Q(requests__in=EvidenceRequest.objects.open()), distinct=True
            ),
            to_answer=Count(
                "releases__questions",
                filter=Q(releases__questions__in=ReleaseQuestion.objects.unanswered()),
                distinct=True,
            ),
            releases_made=Count("releases", distinct=True),
            is_comparable=Exists(comparable),
            has_desk=Exists(desks),
        )
        .prefetch_related(Prefetch("reviews", reviews, to_attr="seated"))
        .in_bulk([one.calibration_id for one in enrolments if one.calibration_id])
    )
    agreed = [one for one in calibrations.values() if one.has_desk and one.is_agreed]
    stale = stale_decisions(agreed)
    return [
        _row(one, calibrations.get(one.calibration_id), stale.get(one.calibration_id or 0, ()))
        for one in enrolments
    ]


def _row(
    enrolment: "StagedEnrolment",
    calibration: "SeatedCalibration | None",
    stale: Sequence[Decision],
) -> Row:
    return Row(enrolment, calibration, calibration.seated if calibration else [], len(stale))
