"""A plan is begun, and its objectives are written, changed and taken out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.models import Enrolment, User
from improvement.models import Objective, ObjectiveCriterion, Plan, PlanVersion
from improvement.planning.queries.rows import release_of
from improvement.rules.problems import NothingReleased, PlanLocked


@dataclass(frozen=True)
class Written:
    """What a person writes of an objective."""

    title: str
    why: str
    known_by: str
    horizon: str
    depth: str
    support: str
    tags: tuple[str, ...]


class StaleObjective(Exception):
    """Somebody else changed the objective since it was read; `current` is what stands."""

    def __init__(self, current: Objective) -> None:
        super().__init__("This objective was changed by somebody else.")
        self.current = current


@transaction.atomic
def start_plan(*, actor: User, enrolment: Enrolment) -> Plan:
    """Begin the plan from the release that stands; twice gives the one there is.

    Raises NothingReleased and PlanLocked.
    """
    hold_open(enrolment.pk, PlanLocked)
    release = release_of(enrolment)
    if release is None:
        raise NothingReleased
    plan, created = Plan.objects.get_or_create(
        enrolment=enrolment, defaults={"release": release, "started_by": actor}
    )
    if created:
        audit.record(actor, "plan.started", plan, version=release.version)
    return plan


def unsigned(plan: Plan) -> Plan:
    """The plan, locked, in which what is signed may change. Raises PlanLocked."""
    hold_open(plan.enrolment_id, PlanLocked)
    row = Plan.objects.select_for_update().get(pk=plan.pk)
    if PlanVersion.objects.waiting().filter(plan=row).exists():
        raise PlanLocked
    return row


@transaction.atomic
def add_objective(
    *, actor: User, plan: Plan, written: Written, aims: Mapping[int, int | None]
) -> Objective:
    """Write a new objective, the last of the plan. `aims`: criterion's id → target level or None.

    Raises PlanLocked.
    """
    row = unsigned(plan)
    last = row.objectives.aggregate(last=Max("position"))["last"]
    objective = Objective.objects.create(
        plan=row,
        position=0 if last is None else last + 1,
        updated_by=actor,
        **_fields(written),
    )
    _aim(objective, aims)
    audit.record(actor, "objective.added", objective)
    return objective


@transaction.atomic
def save_objective(
    *,
    actor: User,
    objective: Objective,
    read_version: int,
    written: Written,
    aims: Mapping[int, int | None],
) -> Objective:
    """Change an objective that nobody changed since `read_version`.

    The same words again after a lost reply count as saved. Raises StaleObjective and PlanLocked.
    """
    unsigned(objective.plan)
    current = Objective.objects.select_for_update(of=("self",)).get(pk=objective.pk)
    if current.version != read_version:
        if _fields(written) == _read(current) and aims == aims_of(current):
            return current
        raise StaleObjective(current)
    for name, value in _fields(written).items():
        setattr(current, name, value)
    current.version = read_version + 1
    current.updated_by, current.updated_at = actor, timezone.now()
    current.save()
    _aim(current, aims)
    return current


@transaction.atomic
def take_out(*, actor: User, objective: Objective) -> None:
    """Take an objective and its actions out; `put_back` undoes it. Raises PlanLocked."""
    unsigned(objective.plan)
    gone = Objective.objects.standing().filter(pk=objective.pk).update(removed_at=timezone.now())
    if gone:
        audit.record(actor, "objective.taken_out", objective)


@transaction.atomic
def put_back(*, actor: User, objective: Objective) -> None:
    """Undo `take_out`. Raises PlanLocked."""
    unsigned(objective.plan)
    if Objective.objects.filter(pk=objective.pk).exclude(removed_at=None).update(removed_at=None):
        audit.record(actor, "objective.put_back", objective)


@transaction.atomic
def move_objective(*, actor: User, objective: Objective, up: bool) -> None:
    """Change places with the neighbour above or below; at the end nothing happens."""
    rows = list(unsigned(objective.plan).objectives.filter(removed_at=None).select_for_update())
    here = next((n for n, row in enumerate(rows) if row.pk == objective.pk), None)
    there = None if here is None else here + (-1 if up else 1)
    if here is None or there is None or not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows):
        if row.position != position:
            Objective.objects.filter(pk=row.pk).update(position=position)


def aims_of(objective: Objective) -> dict[int, int | None]:
    """Criterion's id → target level or None."""
    return dict(objective.aims.values_list("criterion", "target"))


def _fields(written: Written) -> dict:
    return asdict(written) | {"tags": list(written.tags)}


def _read(objective: Objective) -> dict:
    return {name: getattr(objective, name) for name in Written.__dataclass_fields__}


def _aim(objective: Objective, aims: Mapping[int, int | None]) -> None:
    """Only what differs is written, so that the history tells what changed."""
    standing = {aim.criterion_id: aim for aim in objective.aims.all()}
    objective.aims.filter(criterion__in=standing.keys() - aims.keys()).delete()
    for criterion, target in aims.items():
        if criterion not in standing:
            ObjectiveCriterion.objects.create(
                objective=objective, criterion_id=criterion, target=target
            )
        elif standing[criterion].target != target:
            objective.aims.filter(criterion=criterion).update(target=target)
