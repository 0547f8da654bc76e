"""Versions of a plan, what changed between two, and who is asked to sign."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from accelerator.models import Role, User
from improvement.models import Objective, Plan, PlanVersion
from improvement.planning.queries.rows import AimRow, framework_of, goals_of_plan
from improvement.rules.frozen import Changed, Goal, difference, goals_of
from improvement.rules.wording import in_a_line


def signers_of(plan: Plan, submitter: User) -> QuerySet[User]:
    """The organisation's senior sponsors, but never whoever hands the plan over."""
    sponsors = User.objects.holding(Role.SPONSOR, organisation=plan.enrolment.organisation_id)
    return sponsors.filter(is_active=True).exclude(pk=submitter.pk)


def changes_between(plan: Plan, before: list[Goal], after: list[Goal]) -> list[Changed]:
    return difference(before, after, words_of(plan))


def changes_since(plan: Plan, version: PlanVersion) -> list[Changed]:
    """What is different in the plan today from what was handed over."""
    return changes_between(plan, goals_of(version.frozen), goals_of_plan(plan))


def words_of(plan: Plan) -> Mapping[str, Mapping[str, str]]:
    """What a version's keys are called."""
    framework = framework_of(plan)
    return {
        "horizon": dict(Objective.Horizon.choices),
        "depth": dict(Objective.Depth.choices),
        "support": dict(Objective.Support.choices),
        "tags": dict(Objective.Tag.choices),
        "criterion": {criterion.code: criterion.label for criterion in framework.criteria},
        "level": {str(level.value): level.short for level in framework.levels},
    }


@dataclass(frozen=True)
class SpokenGoal:
    """An objective of a version in words."""

    number: int
    goal: Goal
    meta: str
    aims: list[AimRow]


def spoken(plan: Plan, goals: list[Goal]) -> list[SpokenGoal]:
    framework, words = framework_of(plan), words_of(plan)
    return [
        SpokenGoal(
            number,
            goal,
            in_a_line(words["horizon"][goal.horizon], words["depth"][goal.depth], goal.support),
            [
                AimRow(
                    framework.by_code[aim.criterion],
                    framework.level(aim.today),
                    framework.level(aim.target),
                )
                for aim in goal.aims
            ],
        )
        for number, goal in enumerate(goals, start=1)
    ]


def before(version: PlanVersion) -> PlanVersion | None:
    """The version with which one is compared: the one before it."""
    return (
        PlanVersion.objects.filter(plan=version.plan_id, number__lt=version.number)
        .order_by("-number")
        .first()
    )
