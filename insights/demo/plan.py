"""The demonstration's improvement plan: written, approved, and changed since."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accelerator.models import Enrolment, Membership, Role, User
from assessments.models import Criterion
from improvement.actions import services as actions
from improvement.models import Action, Objective, Plan, Resource
from improvement.planning import services as planning
from improvement.rules.actions import State
from improvement.signing import services as signing

Given = Mapping[str, Any]


def plan_ahead(enrolment: Enrolment, given: Given, people: Mapping[str, User]) -> None:
    """Once: what visitors make of it stays."""
    if Plan.objects.filter(enrolment=enrolment).exists():
        return
    own = {"organisation": enrolment.organisation}
    for who, role, home, job in (
        ("sponsor", Role.SPONSOR, own, "Chair of trustees"),
        ("adviser", Role.ADVISER, {"enrolment": enrolment}, "Research associate"),
    ):
        Membership.objects.get_or_create(
            user=people[who], role=role, **home, defaults={"job_role": job}
        )
    plan = planning.start_plan(actor=people["lead"], enrolment=enrolment)
    codes = dict(
        Criterion.objects.filter(
            framework=plan.release.calibration.assessment.framework
        ).values_list("code", "pk")
    )
    for one in given["objectives"]:
        objective = planning.add_objective(
            actor=people["lead"],
            plan=plan,
            written=_objective(one),
            aims={codes[code]: target for code, target in one["criteria"].items()},
        )
        for work in one["actions"]:
            _act(objective, work, people)
    version = signing.hand_over(actor=people["lead"], plan=plan, note=given["note"])
    approved = signing.approve(actor=people["sponsor"], version=version, comment=given["comment"])
    signing.acknowledge(actor=people["adviser"], version=approved)
    _change_since(plan, people["lead"])


def _objective(one: Given) -> planning.Written:
    return planning.Written(
        **{name: one[name] for name in ("title", "why", "known_by")},
        **{name: one[name] for name in ("horizon", "depth", "support")},
        tags=tuple(one["tags"]),
    )


def _day(days: int | None) -> date | None:
    return None if days is None else timezone.localdate() + timedelta(days=days)


def _act(objective: Objective, work: Given, people: Mapping[str, User]) -> None:
    lead = people["lead"]
    action = actions.add_action(
        actor=lead,
        objective=objective,
        written=actions.Written(
            title=work["title"],
            outcome=work.get("outcome", ""),
            owner=people[work["owner"]] if "owner" in work else None,
            owner_name=work.get("who", ""),
            starts_on=_day(work.get("starts")),
            due_on=_day(work.get("due")),
            after_round=work.get("after_round", False),
            is_quick_win=work.get("quick", False),
            hours=Decimal(work["hours"]),
            money=Decimal(work["money"]) if "money" in work else None,
        ),
    )
    if took := work.get("took"):
        actions.log_resource(
            actor=lead,
            action=action,
            kind=Resource.Kind.TIME,
            hours=Decimal(str(took)),
            note="",
            on=timezone.localdate(),
        )
    moved = actions.Moved(State(work["state"]), work.get("reason", ""), _day(work.get("until")))
    actions.move_action(actor=lead, action=action, read_version=action.version, moved=moved)


def _change_since(plan: Plan, lead: User) -> None:
    """The calls take longer than was signed, so that there is a difference to see."""
    action = Action.objects.get(objective__plan=plan, title__startswith="Ring home")
    written = actions.Written(
        **{name: getattr(action, name) for name in actions.Written.__dataclass_fields__}
    )
    actions.save_action(
        actor=lead,
        action=action,
        read_version=action.version,
        written=replace(written, hours=Decimal(12)),
    )
