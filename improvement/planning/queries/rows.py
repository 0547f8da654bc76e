"""A plan by objective, as its pages show it and as it would be signed."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Prefetch, QuerySet

from accelerator.models import Enrolment
from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo
from assessments.rules.rounds import BASELINE
from calibration.models import Release, ReleasedLevel
from improvement.models import Action, Objective, Plan
from improvement.rules.frozen import Aim, Goal, Work
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


def goal_of(row: ObjectiveRow) -> Goal:
    """An objective as it would be signed now."""
    one = row.objective
    return Goal(
        key=one.pk,
        **{name: getattr(one, name) for name in ("title", "why", "known_by")},
        **{name: getattr(one, name) for name in ("horizon", "depth", "support")},
        tags=tuple(sorted(one.tags)),
        aims=tuple(
            Aim(aim.criterion.code, _value(aim.today), _value(aim.target)) for aim in row.aims
        ),
        actions=tuple(
            Work(
                key=action.pk,
                title=action.title,
                hours=_text(action.hours),
                money=_text(action.money),
                is_quick_win=action.is_quick_win,
            )
            for action in row.actions
        ),
    )


def goals_of_plan(plan: Plan) -> list[Goal]:
    """The plan as it would be signed now."""
    return [goal_of(row) for row in rows_of(plan)]


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


def _text(number: Decimal | None) -> str:
    return "" if number is None else str(number)


def _value(level: LevelInfo | None) -> int | None:
    return None if level is None else level.value
