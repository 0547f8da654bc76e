"""Who reads and changes an improvement plan, and how it is fetched."""

from accelerator.core.access import get_for
from accelerator.core.rights import Rights
from accelerator.models import Role, User
from improvement.models import Action, Objective, Plan, PlanVersion

READ = frozenset({"plan.view"})
WORK = READ | {"plan.work"}
LEAD = WORK | {"plan.write"}
RIGHTS = {
    Role.LEAD: Rights(LEAD, "Writes the improvement plan and hands it to the senior sponsor."),
    Role.DEPUTY: Rights(LEAD),
    Role.MEMBER: Rights(WORK, "Keeps actions of the improvement plan up to date."),
    Role.READER: Rights(READ),
    Role.SPONSOR: Rights(
        WORK | {"plan.sign"}, "Approves the improvement plan, or returns it with comments."
    ),
    Role.ADVISER: Rights(
        READ | {"plan.acknowledge"}, "Reads the improvement plan and acknowledges it."
    ),
    Role.HUB: Rights(READ),
}
PLANS = Plan.objects.select_related(
    "enrolment__organisation",
    "enrolment__programme",
    "enrolment__cohort",
    "release__calibration__assessment__framework",
)


def plan_for(user: User, enrolment: int, action: str) -> Plan:
    return get_for(user, PLANS.all(), action, enrolment=enrolment)


def objective_for(user: User, pk: int, action: str) -> Objective:
    """One that stands in its plan."""
    rows = Objective.objects.standing().select_related("plan__enrolment__cohort")
    return get_for(user, rows, action, pk=pk)


def action_for(user: User, pk: int, action: str) -> Action:
    """One that stands in its plan."""
    rows = Action.objects.standing().select_related(
        "objective__plan__enrolment__cohort", "owner", "develops"
    )
    return get_for(user, rows, action, pk=pk)


def version_for(user: User, enrolment: int, number: int, action: str) -> PlanVersion:
    rows = PlanVersion.objects.select_related(
        "plan__enrolment__organisation", "plan__enrolment__cohort", "submitted_by", "decided_by"
    )
    return get_for(user, rows, action, plan__enrolment=enrolment, number=number)
