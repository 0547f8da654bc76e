"""Actions as the board, the timeline and the grid show them, and what one of them took and gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from accelerator.models import Enrolment, PeakPeriod, User
from accelerator.models.people import OWN_ROLES
from assessments.models import Evidence
from improvement.models import Action, ActionEvidence, Plan, Resource
from improvement.models.action import ActionQuerySet
from improvement.rules.actions import State
from improvement.rules.periods import Period, periods, place_in

QUARTER = 3
MONTHS = (1, 2, 3, 6, 12)


def team_of(enrolment: Enrolment) -> QuerySet[User]:
    """Who may own an action."""
    people = User.objects.holding(*OWN_ROLES, organisation=enrolment.organisation_id)
    return people.filter(is_active=True).order_by("name", "pk")


def actions_of(plan: Plan) -> ActionQuerySet:
    """Every action that stands, objective by objective, with how much evidence came of it."""
    return (
        Action.objects.standing()
        .filter(objective__plan=plan)
        .select_related("objective", "owner")
        .annotate(evidence=Count("pieces"))
        .order_by("objective__position", "objective", "position", "pk")
    )


@dataclass(frozen=True)
class Lane:
    """One column of the board."""

    state: State
    actions: list[Action]


def board_of(actions: Sequence[Action]) -> list[Lane]:
    """By state; what was dropped only where something was."""
    lanes = [Lane(state, [one for one in actions if one.state == state.value]) for state in State]
    return [lane for lane in lanes if lane.actions or lane.state is not State.DROPPED]


@dataclass(frozen=True)
class Cell:
    """What somebody brings to an end in one period."""

    actions: list[Action]


@dataclass(frozen=True)
class GridRow:
    who: str
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    """Who, by when, what outcome. `undated` are those with no date at all."""

    periods: list[Period]
    rows: list[GridRow]
    after_round: list[Action]
    undated: list[Action]


def grid_of(actions: Sequence[Action], first: date, last: date, months: int) -> Grid:
    """Periods of so many months from the first day to the last due date, a row for each person."""
    kept = [one for one in actions if one.state != State.DROPPED.value]
    dated = [(one, one.due_on) for one in kept if one.due_on]
    days = [due for _, due in dated]
    columns = periods(min([first, *days]), max([last, *days]), months)
    people = sorted({one.who or NOBODY for one, _ in dated}, key=lambda who: (who == NOBODY, who))
    rows = []
    for who in people:
        cells: list[list[Action]] = [[] for _ in columns]
        for one, due in dated:
            if (one.who or NOBODY) == who:
                cells[place_in(columns, due)].append(one)
        rows.append(GridRow(who, [Cell(sorted(cell, key=_due)) for cell in cells]))
    return Grid(
        columns,
        rows,
        [one for one in kept if one.after_round],
        [one for one in kept if not one.due_on and not one.after_round],
    )


NOBODY = "Nobody yet"


def _due(action: Action) -> date:
    return action.due_on or date.max


@dataclass(frozen=True)
class Bar:
    """An action on the timeline: where it begins and how long it is, in percent of the year."""

    action: Action
    left: float
    width: float


@dataclass(frozen=True)
class Busy:
    """A busy time behind the bars, in percent of the year."""

    period: PeakPeriod
    left: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """The year of a plan. `ticks`: the first of each month, in percent."""

    first: date
    last: date
    ticks: list[tuple[float, date]]
    today: float | None
    groups: list[tuple[str, list[Bar]]]
    busy: list[Busy]
    undated: list[Action]


SHORTEST = timedelta(days=7)


def timeline_of(
    actions: Sequence[Action],
    busy: Sequence[PeakPeriod],
    first: date,
    last: date,
    today: date,
) -> Timeline:
    """Actions without a date are listed below; one without a beginning is a week before its end."""
    kept = [one for one in actions if one.state != State.DROPPED.value]
    spans = {
        one.pk: (one.starts_on or one.due_on - SHORTEST, one.due_on) for one in kept if one.due_on
    }
    days = [day for span in spans.values() for day in span]
    first, last = min([first, *days]), max([last, *days])
    months = periods(first, last, 1)
    first, last = months[0].first, months[-1].last
    whole = (last - first).days + 1

    def at(day: date) -> float:
        return round(100 * (day - first).days / whole, 2)

    groups: dict[str, list[Bar]] = {}
    for one in kept:
        if span := spans.get(one.pk):
            begins, ends = span
            bar = Bar(one, at(begins), at(ends + timedelta(days=1)) - at(begins))
            groups.setdefault(one.objective.title, []).append(bar)
    times = [one for one in busy if one.starts_on <= last and one.ends_on >= first]
    return Timeline(
        first,
        last,
        [(at(month.first), month.first) for month in months],
        at(today) if first <= today <= last else None,
        list(groups.items()),
        [_busy(one, first, last, at) for one in times],
        [one for one in kept if one.due_on is None],
    )


def _busy(period: PeakPeriod, first: date, last: date, at) -> Busy:
    begins, ends = max(period.starts_on, first), min(period.ends_on, last)
    left = at(begins)
    return Busy(period, left, at(ends + timedelta(days=1)) - left)


def pieces_of(action: Action) -> QuerySet[ActionEvidence]:
    """What came of an action; a withdrawn piece is no longer there to read."""
    return action.pieces.filter(evidence__withdrawn_at=None).select_related("evidence")


def library_of(action: Action) -> QuerySet[Evidence]:
    """What may still be attached: the enrolment's own pieces that are not attached."""
    return (
        Evidence.objects.filter(enrolment=action.objective.plan.enrolment_id, withdrawn_at=None)
        .exclude(pk__in=action.pieces.values("evidence"))
        .order_by("title", "pk")
    )


def resources_of(action: Action) -> QuerySet[Resource]:
    return action.resources.select_related("written_by").order_by("-on", "-pk")
