"""Improvement plans brought to a state through the services, as people would."""

from datetime import date
from decimal import Decimal

from accelerator.models import Enrolment, User
from assessments.models import Criterion
from calibration.models import ReleasedLevel
from improvement.actions import services as actions
from improvement.models import Action, Objective, Plan, PlanVersion
from improvement.planning import services as planning
from improvement.signing import services as signing


def written(title: str = "Know who stops coming", **more) -> planning.Written:
    return planning.Written(
        title=title,
        why=more.get("why", "Nobody reads the registers together."),
        known_by=more.get("known_by", "Every register is read once a month."),
        horizon=more.get("horizon", Objective.Horizon.PROGRAMME),
        depth=more.get("depth", Objective.Depth.DEPTH),
        support=more.get("support", Objective.Support.PROCESS),
        tags=more.get("tags", (Objective.Tag.ATTENDANCE,)),
    )


def work(title: str = "Put all registers in one sheet", **more) -> actions.Written:
    return actions.Written(
        title=title,
        outcome=more.get("outcome", ""),
        owner=more.get("owner"),
        owner_name=more.get("owner_name", ""),
        starts_on=more.get("starts_on"),
        due_on=more.get("due_on", date(2027, 4, 14)),
        after_round=more.get("after_round", False),
        is_quick_win=more.get("is_quick_win", True),
        hours=more.get("hours", Decimal("6.0")),
        money=more.get("money"),
    )


def criterion_of(plan: Plan, code: str = "monitor.3") -> Criterion:
    return ReleasedLevel.objects.get(release=plan.release, criterion__code=code).criterion


def planned(enrolment: Enrolment, lead: User, *, title: str = "Know who stops coming") -> Plan:
    """A plan with one objective, which aims at one criterion and has one action."""
    plan = planning.start_plan(actor=lead, enrolment=enrolment)
    objective = planning.add_objective(
        actor=lead, plan=plan, written=written(title), aims={criterion_of(plan).pk: 2}
    )
    actions.add_action(actor=lead, objective=objective, written=work(owner=lead))
    return plan


def objective_of(plan: Plan) -> Objective:
    return plan.objectives.get()


def action_of(plan: Plan) -> Action:
    return Action.objects.get(objective__plan=plan)


def approved(plan: Plan, lead: User, sponsor: User) -> PlanVersion:
    version = signing.hand_over(actor=lead, plan=plan)
    return signing.approve(actor=sponsor, version=version)
