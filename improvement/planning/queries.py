"""A plan as its pages and its versions read it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Prefetch, QuerySet, Sum
from django.utils import timezone

from accelerator.models import Enrolment, Profile
from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo, PillarInfo
from assessments.rules.rounds import BASELINE
from calibration.models import Release, ReleasedLevel
from calibration.releasing.queries.result import Item, result_of
from calibration.rules.levels import lowest_levels
from calibration.rules.wording import count_words
from improvement.models import Action, Objective, Plan, Resource
from improvement.rules.actions import State, has_passed
from improvement.rules.frozen import Aim, Goal, Work
from improvement.rules.gentle import Dated, looks
from improvement.rules.suggesting import Given, starts
from improvement.rules.wording import in_a_line


@dataclass(frozen=True)
class AimRow:
    """A criterion of an objective: its level as released and the one aimed at."""

    criterion: CriterionInfo
    today: LevelInfo | None
    target: LevelInfo | None


@dataclass(frozen=True)
class ObjectiveRow:
    objective: Objective
    number: int
    aims: list[AimRow]
    actions: list[Action]

    @property
    def meta(self) -> str:
        """Horizon, depth and support in one line."""
        one = self.objective
        return in_a_line(one.get_horizon_display(), one.get_depth_display(), one.support)

    @property
    def tags(self) -> str:
        words = dict(Objective.Tag.choices)
        return ", ".join(words[tag] for tag in self.objective.tags)


def plan_of(enrolment: Enrolment) -> Plan | None:
    return Plan.objects.filter(enrolment=enrolment).select_related("release").first()


def framework_of(plan: Plan) -> Catalogue:
    return catalogue(plan.release.calibration.assessment.framework_id)


def levels_today(plan: Plan) -> dict[int, int | None]:
    """Criterion's id → its level in the release that the plan starts from."""
    rows = ReleasedLevel.objects.filter(release=plan.release_id)
    return dict(rows.values_list("criterion", "level"))


def standing_actions() -> QuerySet[Action]:
    """In their order, with how much evidence came of each."""
    found = Action.objects.filter(removed_at=None).select_related("owner")
    return found.annotate(evidence=Count("pieces")).order_by("position", "pk")


def objectives_of(plan: Plan) -> list[Objective]:
    """Those that stand, with `aims` and `work` fetched. Three queries."""
    return list(
        plan.objectives.filter(removed_at=None).prefetch_related(
            "aims", Prefetch("actions", standing_actions(), to_attr="work")
        )
    )


def aimed_at(objective: Objective, framework: Catalogue) -> list[tuple[CriterionInfo, int | None]]:
    """Its criteria with their targets, in the framework's order."""
    targets = {aim.criterion_id: aim.target for aim in objective.aims.all()}
    return [(one, targets[one.id]) for one in framework.criteria if one.id in targets]


def rows_of(plan: Plan) -> list[ObjectiveRow]:
    """The plan by objective, in its order."""
    framework, today = framework_of(plan), levels_today(plan)
    return [
        ObjectiveRow(
            objective,
            number,
            [
                AimRow(
                    criterion,
                    framework.level(today.get(criterion.id)),
                    framework.level(target),
                )
                for criterion, target in aimed_at(objective, framework)
            ],
            objective.work,  # type: ignore[attr-defined]
        )
        for number, objective in enumerate(objectives_of(plan), start=1)
    ]


def goals_of_plan(plan: Plan) -> list[Goal]:
    """The plan as it would be signed now."""
    framework, today = framework_of(plan), levels_today(plan)
    return [
        Goal(
            key=objective.pk,
            title=objective.title,
            why=objective.why,
            known_by=objective.known_by,
            horizon=objective.horizon,
            depth=objective.depth,
            support=objective.support,
            tags=tuple(sorted(objective.tags)),
            aims=tuple(
                Aim(criterion.code, today.get(criterion.id), target)
                for criterion, target in aimed_at(objective, framework)
            ),
            actions=tuple(
                Work(
                    key=action.pk,
                    title=action.title,
                    hours=_text(action.hours),
                    money=_text(action.money),
                    is_quick_win=action.is_quick_win,
                )
                for action in objective.work  # type: ignore[attr-defined]
            ),
        )
        for objective in objectives_of(plan)
    ]


def _text(number: Decimal | None) -> str:
    return "" if number is None else str(number)


def release_of(enrolment: Enrolment) -> Release | None:
    """The calibrated framework that a plan would begin from."""
    return (
        Release.objects.filter(
            calibration__assessment__enrolment=enrolment,
            calibration__assessment__round=BASELINE,
            superseded_at=None,
        )
        .select_related("calibration__assessment__framework")
        .first()
    )


@dataclass(frozen=True)
class Going:
    """How a plan's actions are going: how many are in each state, and past their date."""

    total: int
    counts: dict[str, int]
    passed: int

    @property
    def told(self) -> str:
        """The two states that matter most, in words."""
        done, doing = self.counts["done"], self.counts["in_progress"]
        many = "action is" if self.total == 1 else "actions are"
        return (
            f"{count_words(done).capitalize()} of {count_words(self.total)} {many} done, "
            f"{count_words(doing)} under way."
        )

    @property
    def rest(self) -> list[str]:
        """What else there is to say of them, a sentence each."""
        found = []
        for key, said in (("not_started", "not started yet"), ("paused", "paused")):
            if count := self.counts[key]:
                verb = "is" if count == 1 else "are"
                found.append(f"{count_words(count).capitalize()} {verb} {said}.")
        if self.passed:
            verb = "is" if self.passed == 1 else "are"
            found.append(
                f"{count_words(self.passed).capitalize()} {verb} past their date. "
                "That happens: new dates take a minute."
            )
        return found


def going(rows: Sequence[ObjectiveRow], today: date) -> Going:
    """Dropped ones are not counted: nobody is to do them."""
    work = [action for row in rows for action in row.actions if action.state != "dropped"]
    counts = Counter({state.value: 0 for state in State})
    counts.update(action.state for action in work)
    passed = sum(has_passed(action.state, action.due_on, today) for action in work)
    return Going(len(work), dict(counts), passed)


def looks_of(plan: Plan, rows: Sequence[ObjectiveRow]) -> list[str]:
    """What is worth a second look, for whoever writes the plan."""
    dates = [Dated(one.due_on, one.after_round) for row in rows for one in row.actions]
    ends = plan.enrolment.cohort.review_due
    return looks(goals_of_plan(plan), dates, timezone.localdate(plan.started_at), ends)


@dataclass(frozen=True)
class Asks:
    """Hours and money that a plan asks for, and what was logged so far."""

    hours: Decimal
    money: Decimal
    logged: Decimal


def asks_of(plan: Plan, rows: Sequence[ObjectiveRow]) -> Asks:
    work = [action for row in rows for action in row.actions]
    logged = Resource.objects.filter(action__in=[one.pk for one in work]).aggregate(Sum("hours"))
    return Asks(
        hours=sum((one.hours or Decimal() for one in work), Decimal()),
        money=sum((one.money or Decimal() for one in work), Decimal()),
        logged=logged["hours__sum"] or Decimal(),
    )


@dataclass(frozen=True)
class StartRow:
    """A starting point, as its page shows it."""

    item: Item
    reasons: tuple[str, ...]
    together: list[CriterionInfo]
    chosen_for: str


def starts_of(plan: Plan, rows: Sequence[ObjectiveRow]) -> list[tuple[PillarInfo, list[StartRow]]]:
    """The starting points by pillar, in the framework's order."""
    result = result_of(plan.release)
    framework = framework_of(plan)
    top = framework.levels[-1].value
    lowest = lowest_levels((_value(item.level) for item in result.items), len(framework.levels))
    given = [
        Given(
            item.cell.code,
            part.pillar.key,
            _value(item.level),
            bool(item.lift),
            item.cause,
            framework.by_code[item.cell.code].related,
        )
        for part in result.parts
        for item in part.items
    ]
    found = {one.code: one for one in starts(given, lowest, top, years_of(plan.enrolment))}
    chosen = {aim.criterion.code: row.objective.title for row in rows for aim in row.aims}
    return [
        (
            part.pillar,
            [
                StartRow(
                    item,
                    tuple(why.value for why in found[item.cell.code].reasons),
                    [framework.by_code[code] for code in found[item.cell.code].together],
                    chosen.get(item.cell.code, ""),
                )
                for item in part.items
                if item.cell.code in found
            ],
        )
        for part in result.parts
    ]


def starts_not_chosen(plan: Plan, rows: Sequence[ObjectiveRow]) -> list[CriterionInfo]:
    """Starting points that no objective took up."""
    framework = framework_of(plan)
    return [
        framework.by_code[row.item.cell.code]
        for _, found in starts_of(plan, rows)
        for row in found
        if not row.chosen_for
    ]


def years_of(enrolment: Enrolment) -> int | None:
    """Years of youth social action, as the organisation's profile says; None: not told."""
    return (
        Profile.objects.filter(enrolment=enrolment)
        .values_list("social_action_years", flat=True)
        .first()
    )


def aims_in_words(plan: Plan, objective: Objective) -> list[str]:
    framework = framework_of(plan)
    return [
        f"{criterion.label}: {'no level named' if level is None else level.short}"
        for criterion, target in aimed_at(objective, framework)
        for level in [framework.level(target)]
    ]


def work_in(objective: Objective) -> int:
    """How many actions go with an objective."""
    return objective.actions.filter(removed_at=None).count()


def _value(level: LevelInfo | None) -> int | None:
    return None if level is None else level.value
