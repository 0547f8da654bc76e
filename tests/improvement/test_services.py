"""A plan is written, alive, handed over and signed: what may happen, and what may not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accelerator.models import AuditEvent, Membership, OutgoingMail, Role
from improvement.actions import services as actions
from improvement.models import Action, Objective, Plan, PlanVersion
from improvement.planning import services as planning
from improvement.planning.queries.rows import goals_of_plan
from improvement.planning.queries.standing import standing_of
from improvement.rules.actions import State
from improvement.rules.frozen import as_json, goals_of
from improvement.rules.problems import CannotSign, NothingReleased, PlanLocked
from improvement.signing import services as signing
from improvement.signing.queries import changes_since
from tests.factories.plan import action_of, approved, criterion_of, objective_of, work, written

pytestmark = pytest.mark.django_db


def move(cast, action: Action, state: State, *, version: int | None = None, **more) -> Action:
    return actions.move_action(
        actor=cast.member,
        action=action,
        read_version=action.version if version is None else version,
        moved=actions.Moved(state, **more),
    )


def test_a_plan_begins_once_from_the_release_that_stands(cast) -> None:
    plan = planning.start_plan(actor=cast.lead, enrolment=cast.enrolment)
    assert planning.start_plan(actor=cast.deputy, enrolment=cast.enrolment) == plan
    assert plan.release == cast.calibration.releases.get()
    assert AuditEvent.objects.filter(action="plan.started").count() == 1
    with pytest.raises(NothingReleased):
        planning.start_plan(actor=cast.outsider, enrolment=cast.other)


def test_objectives_keep_what_was_written_and_refuse_a_stale_save(cast, plan) -> None:
    objective = objective_of(plan)
    aims = {criterion_of(plan).pk: 3, criterion_of(plan, "design.1").pk: None}
    saved = planning.save_objective(
        actor=cast.deputy,
        objective=objective,
        read_version=1,
        written=written("Read the registers"),
        aims=aims,
    )
    assert (saved.title, saved.version, saved.updated_by) == ("Read the registers", 2, cast.deputy)
    assert planning.aims_of(saved) == aims
    again = {"actor": cast.lead, "objective": objective, "read_version": 1, "aims": aims}
    assert planning.save_objective(written=written("Read the registers"), **again).version == 2
    with pytest.raises(planning.StaleObjective) as stale:
        planning.save_objective(written=written("Something else"), **again)
    assert stale.value.current.title == "Read the registers"


def test_what_is_taken_out_can_be_put_back(cast, plan) -> None:
    objective = objective_of(plan)
    planning.take_out(actor=cast.lead, objective=objective)
    assert goals_of_plan(plan) == []
    assert not Action.objects.standing().exists()
    planning.put_back(actor=cast.lead, objective=objective)
    assert [goal.title for goal in goals_of_plan(plan)] == ["Know who stops coming"]
    action = action_of(plan)
    actions.take_out(actor=cast.lead, action=action)
    assert goals_of_plan(plan)[0].actions == ()
    actions.put_back(actor=cast.lead, action=action)
    assert len(goals_of_plan(plan)[0].actions) == 1


def test_objectives_change_places(cast, plan) -> None:
    for title in ("Second", "Third"):
        planning.add_objective(actor=cast.lead, plan=plan, written=written(title), aims={})
    third = plan.objectives.get(title="Third")
    planning.move_objective(actor=cast.lead, objective=third, up=True)
    titles = list(plan.objectives.values_list("title", flat=True))
    assert titles == ["Know who stops coming", "Third", "Second"]
    for _ in range(3):
        planning.move_objective(actor=cast.lead, objective=third, up=True)
    assert plan.objectives.first() == third


def test_an_action_goes_from_state_to_state(cast, plan) -> None:
    action = action_of(plan)
    action = move(cast, action, State.IN_PROGRESS)
    action = move(cast, action, State.PAUSED, reason="Exams", until=date(2027, 6, 1))
    assert (action.state_reason, action.paused_until) == ("Exams", date(2027, 6, 1))
    action = move(cast, action, State.DONE)
    assert (action.done_on is not None, action.paused_until) == (True, None)
    assert move(cast, action, State.DONE, version=1) == action, "a second time is no conflict"
    with pytest.raises(actions.StaleAction):
        move(cast, action, State.IN_PROGRESS, version=1)
    action = move(cast, action, State.IN_PROGRESS)
    assert action.done_on is None
    moves = AuditEvent.objects.filter(action="action.moved").order_by("pk")
    assert [event.data["now"] for event in moves] == [
        "in_progress",
        "paused",
        "done",
        "in_progress",
    ]


def test_the_database_refuses_what_no_service_would_write(cast, plan) -> None:
    action = action_of(plan)
    for wrong in (
        {"state": "paused", "state_reason": ""},
        {"state": "dropped", "state_reason": ""},
        {"state": "done", "done_on": None},
        {"starts_on": date(2027, 5, 1), "due_on": date(2027, 4, 1)},
        {"owner_name": "Somebody"},
        {"after_round": True},
        {"paused_until": date(2027, 5, 1)},
        {"title": ""},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Action.objects.filter(pk=action.pk).update(**wrong)


def test_signing_freezes_what_is_signed_and_nothing_else(cast, plan) -> None:
    version = signing.hand_over(actor=cast.lead, plan=plan, note="Our first plan.")
    assert signing.hand_over(actor=cast.deputy, plan=plan) == version
    assert OutgoingMail.objects.filter(subject__contains="waits for you").count() == 1
    objective, action = objective_of(plan), action_of(plan)
    with pytest.raises(PlanLocked):
        planning.add_objective(actor=cast.lead, plan=plan, written=written("Late"), aims={})
    with pytest.raises(PlanLocked):
        planning.save_objective(
            actor=cast.lead, objective=objective, read_version=1, written=written("Late"), aims={}
        )
    save = {"actor": cast.lead, "action": action, "read_version": 1}
    for signed in ({"hours": Decimal(9)}, {"money": Decimal(50)}, {"title": "Another"}):
        with pytest.raises(PlanLocked):
            actions.save_action(written=work(owner=cast.lead, **signed), **save)
    with pytest.raises(PlanLocked):
        actions.take_out(actor=cast.lead, action=action)
    live = replace(work(), owner=cast.member, due_on=date(2027, 5, 1))
    assert actions.save_action(written=live, **save).owner == cast.member
    assert goals_of(version.frozen) == goals_of_plan(plan), "nothing that is signed has moved"


def test_a_sponsor_approves_and_the_next_version_takes_its_place(cast, plan) -> None:
    first = approved(plan, cast.lead, cast.sponsor)
    with pytest.raises(CannotSign, match="Nothing that is signed has changed"):
        signing.hand_over(actor=cast.lead, plan=plan)
    planning.save_objective(
        actor=cast.lead,
        objective=objective_of(plan),
        read_version=1,
        written=written("Read every register"),
        aims={criterion_of(plan).pk: 3},
    )
    said = [(one.what, one.before, one.after) for one in changes_since(plan, first)]
    assert said == [
        ("Its name", "Know who stops coming", "Read every register"),
        ("Attendance and attrition is monitored", "aim: Moderate", "aim: High"),
    ]
    second = signing.hand_over(actor=cast.lead, plan=plan)
    assert standing_of(plan).approved == first, "the old one stands until the next is approved"
    signing.send_back(actor=cast.sponsor, version=second, comment="What of the costs?")
    assert standing_of(plan).approved == first
    third = signing.approve(
        actor=cast.sponsor, version=signing.hand_over(actor=cast.lead, plan=plan)
    )
    first.refresh_from_db()
    assert (first.state, standing_of(plan).approved) == ("superseded", third)
    signing.revoke(actor=cast.sponsor, version=third, reason="The money is not there after all.")
    assert standing_of(plan).approved is None


def test_nobody_signs_their_own(cast, plan) -> None:
    own = {"organisation": cast.enrolment.organisation}
    Membership.objects.create(user=cast.lead, role=Role.SPONSOR, **own)
    version = signing.hand_over(actor=cast.lead, plan=plan)
    with pytest.raises(CannotSign, match="yourself"):
        signing.approve(actor=cast.lead, version=version)
    assert not OutgoingMail.objects.filter(to=cast.lead.email, subject__contains="waits").exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(
            state="approved", decided_by=cast.lead, decided_at=version.submitted_at
        )
    signing.take_back(actor=cast.lead, version=version)
    Membership.objects.filter(user=cast.sponsor).delete()
    with pytest.raises(CannotSign, match="no senior sponsor"):
        signing.hand_over(actor=cast.lead, plan=plan)


def test_a_version_is_decided_once(cast, plan) -> None:
    version = signing.hand_over(actor=cast.lead, plan=plan)
    signing.approve(actor=cast.sponsor, version=version)
    for late in (
        lambda: signing.approve(actor=cast.sponsor, version=version),
        lambda: signing.send_back(actor=cast.sponsor, version=version, comment="No"),
        lambda: signing.take_back(actor=cast.lead, version=version),
    ):
        with pytest.raises(CannotSign, match="approved by now"):
            late()
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(frozen=as_json([]))
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).delete()


def test_an_empty_plan_is_not_handed_over(cast) -> None:
    plan = planning.start_plan(actor=cast.lead, enrolment=cast.enrolment)
    with pytest.raises(CannotSign, match="no objective"):
        signing.hand_over(actor=cast.lead, plan=plan)
    assert not PlanVersion.objects.exists()
    assert Plan.objects.get() == plan


def test_the_adviser_acknowledges_and_nothing_waits_for_it(cast, plan) -> None:
    version = approved(plan, cast.lead, cast.sponsor)
    seen = signing.acknowledge(actor=cast.adviser, version=version)
    assert seen.acknowledged_by == cast.adviser
    assert signing.acknowledge(actor=cast.adviser, version=version).acknowledged_at == (
        seen.acknowledged_at
    )
    assert Objective.objects.standing().exists()
