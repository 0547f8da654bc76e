"""Actions are written, moved from state to state, and what they took and gave is noted."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.models import User
from assessments.models import Criterion, Evidence
from improvement.models import Action, ActionEvidence, Objective, Resource
from improvement.planning.services import unsigned
from improvement.rules.actions import State
from improvement.rules.problems import PlanLocked

# What a sponsor signs of an action; the rest is live.
SIGNED = ("title", "hours", "money", "is_quick_win")


@dataclass(frozen=True)
class Written:
    """What a person writes of an action."""

    title: str
    outcome: str
    owner: User | None
    owner_name: str
    starts_on: date | None
    due_on: date | None
    after_round: bool
    is_quick_win: bool
    hours: Decimal | None
    money: Decimal | None


@dataclass(frozen=True)
class Moved:
    """The state of an action, with what that state asks for."""

    state: State
    reason: str = ""
    until: date | None = None


class StaleAction(Exception):
    """Somebody else changed the action since it was read; `current` is what stands."""

    def __init__(self, current: Action) -> None:
        super().__init__("This action was changed by somebody else.")
        self.current = current


@transaction.atomic
def add_action(
    *, actor: User, objective: Objective, written: Written, develops: Criterion | None = None
) -> Action:
    """Write a new action, the last of its objective. Raises PlanLocked."""
    unsigned(objective.plan)
    last = objective.actions.aggregate(last=Max("position"))["last"]
    action = Action.objects.create(
        objective=objective,
        position=0 if last is None else last + 1,
        develops=develops,
        updated_by=actor,
        **_fields(written),
    )
    audit.record(actor, "action.added", action)
    return action


@transaction.atomic
def save_action(*, actor: User, action: Action, read_version: int, written: Written) -> Action:
    """Change an action that nobody changed since `read_version`.

    The same again after a lost reply counts as saved. Raises StaleAction, and PlanLocked where
    something that is to be signed would change.
    """
    current = _locked(action)
    asked = _fields(written)
    same = all(getattr(current, name) == value for name, value in asked.items())
    if current.version != read_version:
        if same:
            return current
        raise StaleAction(current)
    if any(getattr(current, name) != asked[name] for name in SIGNED):
        unsigned(current.objective.plan)
    return _saved(current, actor, asked)


@transaction.atomic
def move_action(*, actor: User, action: Action, read_version: int, moved: Moved) -> Action:
    """Take an action to a state; where it is there already, nothing happens.

    Raises StaleAction and PlanLocked.
    """
    current = _locked(action)
    asked = {
        "state": moved.state.value,
        "state_reason": moved.reason,
        "paused_until": moved.until if moved.state is State.PAUSED else None,
        "done_on": (current.done_on or timezone.localdate()) if moved.state is State.DONE else None,
    }
    if all(getattr(current, name) == value for name, value in asked.items()):
        return current
    if current.version != read_version:
        raise StaleAction(current)
    was = current.state
    saved = _saved(current, actor, asked)
    audit.record(actor, "action.moved", saved, was=was, now=saved.state)
    return saved


@transaction.atomic
def date_action(*, actor: User, action: Action, read_version: int, due_on: date) -> Action:
    """Give an action another date; one that now begins after it loses its beginning.

    Raises StaleAction and PlanLocked.
    """
    current = _locked(action)
    if current.due_on == due_on:
        return current
    if current.version != read_version:
        raise StaleAction(current)
    begins = current.starts_on
    asked = {
        "due_on": due_on,
        "after_round": False,
        "starts_on": None if begins and begins > due_on else begins,
    }
    saved = _saved(current, actor, asked)
    audit.record(actor, "action.dated", saved, due=due_on.isoformat())
    return saved


@transaction.atomic
def take_out(*, actor: User, action: Action) -> None:
    """Take an action out of the plan; it can be put back. Raises PlanLocked."""
    unsigned(action.objective.plan)
    if Action.objects.standing().filter(pk=action.pk).update(removed_at=timezone.now()):
        audit.record(actor, "action.taken_out", action)


@transaction.atomic
def put_back(*, actor: User, action: Action) -> None:
    """Undo `take_out`. Raises PlanLocked."""
    unsigned(action.objective.plan)
    if Action.objects.filter(pk=action.pk).exclude(removed_at=None).update(removed_at=None):
        audit.record(actor, "action.put_back", action)


@transaction.atomic
def attach(*, actor: User, action: Action, evidence: Evidence) -> None:
    """Say that a piece of evidence came of an action; twice is once. Raises PlanLocked."""
    _locked(action)
    _, created = ActionEvidence.objects.get_or_create(
        action=action, evidence=evidence, defaults={"added_by": actor}
    )
    if created:
        audit.record(actor, "action.evidence_attached", action, evidence=str(evidence.pk))


@transaction.atomic
def detach(*, actor: User, action: Action, evidence: Evidence) -> None:
    """The piece stays in the library, it only leaves the action. Raises PlanLocked."""
    _locked(action)
    gone, _ = ActionEvidence.objects.filter(action=action, evidence=evidence).delete()
    if gone:
        audit.record(actor, "action.evidence_detached", action, evidence=str(evidence.pk))


@transaction.atomic
def log_resource(*, actor: User, action: Action, **noted: Any) -> Resource:
    """Note what an action took: kind, hours, money, note, on. Raises PlanLocked."""
    _locked(action)
    resource = Resource.objects.create(action=action, written_by=actor, **noted)
    audit.record(actor, "resource.logged", action, kind=resource.kind)
    return resource


def _locked(action: Action) -> Action:
    """The action as it is, held open and from others. Raises PlanLocked."""
    hold_open(action.objective.plan.enrolment_id, PlanLocked)
    return (
        Action.objects.select_related("objective__plan")
        .select_for_update(of=("self",))
        .get(pk=action.pk)
    )


def _fields(written: Written) -> dict[str, Any]:
    return {field.name: getattr(written, field.name) for field in fields(written)}


def _saved(current: Action, actor: User, asked: Mapping[str, Any]) -> Action:
    for name, value in asked.items():
        setattr(current, name, value)
    current.version += 1
    current.updated_by, current.updated_at = actor, timezone.now()
    current.save()
    return current
