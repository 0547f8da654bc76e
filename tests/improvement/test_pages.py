"""The plan's pages: what is typed stays, what two people do at once is told, who signs decides."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.models import PeakPeriod
from improvement.actions import services as actions
from improvement.models import Action, Objective, PlanVersion
from improvement.planning import services as planning
from improvement.signing import services as signing
from tests.factories.assessment import note
from tests.factories.plan import (
    action_of,
    approved,
    criterion_of,
    objective_of,
    planned,
    work,
    written,
)
from tests.markup import page

pytestmark = pytest.mark.django_db


def at(name: str, *args) -> str:
    return reverse(f"improvement:{name}", args=args)


def text_of(response) -> str:
    return " ".join(page(response).one("main").text.split())


OBJECTIVE = {
    "title": "Read every register",
    "why": "Nobody does.",
    "horizon": "programme",
    "depth": "light",
    "support": "none",
    "version": 0,
}


def test_from_the_released_framework_to_a_plan(cast, sign_in) -> None:
    lead = sign_in(cast.lead)
    pk = cast.enrolment.pk
    assert "Begin your plan" in text_of(lead.get(at("plan", pk)))
    assert "No plan has been begun yet" in text_of(sign_in(cast.reader).get(at("plan", pk)))
    assert lead.post(at("start", pk)).url == at("starts", pk)
    starts = text_of(lead.get(at("starts", pk)))
    assert "The coaches say what would lift it one level." in starts
    form = page(lead.get(f"{at('objective_add', pk)}?criterion=monitor.3"))
    plan = planning.start_plan(actor=cast.lead, enrolment=cast.enrolment)
    aim = f"aim_{criterion_of(plan).pk}"
    chosen = form.one("select", name=aim).one("option", selected=True)
    assert chosen.text.strip() == "Aim for moderate"
    response = lead.post(at("objective_add", pk), OBJECTIVE | {aim: "2"})
    objective = Objective.objects.get()
    assert response.url == at("action_add", objective.pk)
    lead.post(response.url, {"title": "One sheet", "owner": cast.member.pk, "version": 0})
    said = text_of(lead.get(at("plan", pk)))
    assert "Read every register" in said
    assert "One sheet" in said
    assert "One action has no date." in said


def test_nothing_begins_before_a_release(cast, sign_in) -> None:
    outsider = sign_in(cast.outsider)
    pk = cast.other.pk
    assert "begins from your calibrated framework" in text_of(outsider.get(at("plan", pk)))
    outsider.post(at("start", pk))
    assert "Begin your plan" not in text_of(outsider.get(at("plan", pk)))


def test_two_who_change_one_objective_see_both_texts(cast, plan, sign_in) -> None:
    objective = objective_of(plan)
    planning.save_objective(
        actor=cast.deputy, objective=objective, read_version=1, written=written("Theirs"), aims={}
    )
    lead = sign_in(cast.lead)
    mine = OBJECTIVE | {"title": "Mine", "version": 1}
    response = lead.post(at("objective", objective.pk), mine)
    assert response.status_code == 409
    assert "Theirs" in text_of(response)
    fields = page(response).one("form", novalidate=True).fields()
    assert (fields["title"], fields["why"]) == ("Mine", "Nobody does.")
    assert lead.post(at("objective", objective.pk), fields).status_code == 302
    objective.refresh_from_db()
    assert objective.title == "Mine"


def test_two_who_change_one_action_see_both(cast, plan, sign_in) -> None:
    action = action_of(plan)
    actions.save_action(
        actor=cast.deputy, action=action, read_version=1, written=work("Theirs", owner=cast.lead)
    )
    member = sign_in(cast.member)
    response = member.post(at("action_edit", action.pk), {"title": "Mine", "version": 1})
    assert response.status_code == 409
    assert "Theirs" in text_of(response)
    fields = page(response).one("form", novalidate=True).fields()
    assert fields["title"] == "Mine"
    moved = member.post(at("action_move", action.pk), {"state": "in_progress", "version": 1})
    assert moved.status_code == 409
    assert "Somebody else changed it meanwhile" in text_of(moved)
    assert Action.objects.get().state == "not_started"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "Say what you will do."),
        ({"starts_on": "2027-05-01", "due_on": "2027-04-01"}, "It ends before it begins."),
        ({"due_on": "soon"}, "Enter a date such as 14/11/2026."),
        ({"due_on": "2027-04-01", "after_round": "on"}, "Give a date, or say"),
        ({"owner_name": "Priya", "owner": "OWNER"}, "Choose somebody above"),
        ({"hours": "-1"}, "greater than or equal to 0"),
        ({"owner": "999999"}, "valid choice"),
    ],
)
def test_a_wrong_action_is_told_beside_its_field(cast, plan, sign_in, wrong, field) -> None:
    data = {"title": "Ring home", "outcome": "We know why", "version": 0} | wrong
    data = {key: cast.member.pk if value == "OWNER" else value for key, value in data.items()}
    response = sign_in(cast.lead).post(at("action_add", objective_of(plan).pk), data)
    assert response.status_code == 422
    assert field in text_of(response)
    assert page(response).one("input", name="outcome")["value"] == "We know why"
    assert Action.objects.count() == 1


def test_somebody_of_another_organisation_owns_nothing(cast, plan, sign_in) -> None:
    data = {"title": "Ring home", "owner": cast.outsider.pk, "version": 0}
    response = sign_in(cast.lead).post(at("action_add", objective_of(plan).pk), data)
    assert response.status_code == 422


def test_a_pause_needs_its_reason(cast, plan, sign_in) -> None:
    member, action = sign_in(cast.member), action_of(plan)
    response = member.post(at("action_move", action.pk), {"state": "paused", "version": 1})
    assert response.status_code == 422
    assert "Say why" in text_of(response)
    given = {"state": "paused", "reason": "Exams", "version": 1, "back": "board"}
    assert member.post(at("action_move", action.pk), given).url == at("board", cast.enrolment.pk)
    board = text_of(member.get(at("board", cast.enrolment.pk)))
    assert "Paused 1" in board
    assert "Exams" in board


def test_what_came_of_an_action_and_what_it_took(cast, plan, sign_in) -> None:
    member, action = sign_in(cast.member), action_of(plan)
    piece = note(cast.enrolment, cast.lead, text="The sheet")
    foreign = note(cast.other, cast.outsider, text="Not ours")
    address = at("action_attach", action.pk)
    assert member.post(address, {"evidence": foreign.pk}).status_code == 422
    member.post(address, {"evidence": piece.pk})
    assert piece.title in text_of(member.get(at("action", action.pk)))
    took = {"kind": "time", "hours": "2.5", "on": timezone.localdate().isoformat()}
    member.post(at("resource_add", action.pk), took)
    assert "2.5 hours" in text_of(member.get(at("action", action.pk)))
    assert "Logged so far 2.5 hours" in text_of(member.get(at("plan", cast.enrolment.pk)))
    nothing = {"kind": "time", "on": timezone.localdate().isoformat()}
    assert member.post(at("resource_add", action.pk), nothing).status_code == 422
    later = took | {"on": (timezone.localdate() + timedelta(days=1)).isoformat()}
    assert member.post(at("resource_add", action.pk), later).status_code == 422
    member.post(at("action_detach", action.pk, piece.pk))
    assert not action.pieces.exists()


def test_passed_dates_are_given_new_ones_at_once(cast, plan, sign_in) -> None:
    action = action_of(plan)
    today = timezone.localdate()
    Action.objects.filter(pk=action.pk).update(due_on=today - timedelta(days=9))
    member = sign_in(cast.member)
    assert "new dates take a minute" in text_of(member.get(at("plan", cast.enrolment.pk)))
    due = today + timedelta(days=30)
    given = {f"due_{action.pk}": due.isoformat(), f"version_{action.pk}": action.version}
    assert member.post(at("new_dates", cast.enrolment.pk), given).status_code == 302
    action.refresh_from_db()
    assert action.due_on == due
    assert "No date has passed" in text_of(member.get(at("new_dates", cast.enrolment.pk)))


def test_a_date_in_a_busy_time_is_said(cast, plan, sign_in) -> None:
    action = action_of(plan)
    PeakPeriod.objects.create(
        enrolment=cast.enrolment,
        starts_on=action.due_on - timedelta(days=1),
        ends_on=action.due_on,
        what="Summer camp",
        set_by=cast.lead,
    )
    reader = sign_in(cast.reader)
    assert "This falls in Summer camp" in text_of(reader.get(at("action", action.pk)))
    assert "Summer camp" in text_of(reader.get(at("timeline", cast.enrolment.pk)))


@pytest.mark.parametrize("months", ["1", "3", "12", "0", "many"])
def test_the_grid_holds_every_action_whatever_a_column_is(cast, plan, sign_in, months) -> None:
    objective = objective_of(plan)
    for title, more in (
        ("Next year", {"due_on": timezone.localdate() + timedelta(days=500)}),
        ("After", {"due_on": None, "after_round": True}),
        ("Some day", {"due_on": None}),
    ):
        actions.add_action(actor=cast.lead, objective=objective, written=work(title, **more))
    response = sign_in(cast.reader).get(f"{at('grid', cast.enrolment.pk)}?months={months}")
    said = text_of(response)
    for title in ("Put all registers in one sheet", "Next year", "After", "Some day"):
        assert said.count(title) >= 1
    line = text_of(sign_in(cast.reader).get(at("timeline", cast.enrolment.pk)))
    assert "Some day" in line
    assert "Next year" in line


def test_a_sponsor_reads_decides_and_withdraws(cast, plan, sign_in) -> None:
    lead, sponsor, pk = sign_in(cast.lead), sign_in(cast.sponsor), cast.enrolment.pk
    lead.post(at("hand_over", pk), {"note": "As we agreed in March."})
    assert "waits for you" in text_of(sponsor.get("/"))
    said = text_of(sponsor.get(at("version", pk, 1)))
    assert "As we agreed in March." in said
    address = at("version_decide", pk, 1)
    assert sponsor.post(address, {"decision": "return"}).status_code == 422
    sponsor.post(address, {"decision": "return", "comment": "What of the hours?"})
    assert "What of the hours?" in text_of(lead.get(at("version", pk, 1)))
    lead.post(at("hand_over", pk), {"note": ""})
    sponsor.post(at("version_decide", pk, 2), {"decision": "approve"})
    assert "Version 2 is approved" in text_of(lead.get(at("plan", pk)))
    late = sponsor.post(at("version_decide", pk, 2), {"decision": "approve"}, follow=True)
    assert "Nothing was done" in late.content.decode()
    sign_in(cast.adviser).post(at("version_acknowledge", pk, 2))
    assert "Read by Adviser, adviser" in text_of(lead.get(at("version", pk, 2)))
    sponsor.post(at("version_revoke", pk, 2), {"reason": "The money fell through."})
    assert "The money fell through." in text_of(lead.get(at("version", pk, 2)))
    assert PlanVersion.objects.get(number=2).state == "revoked"


def test_while_it_waits_what_is_signed_stays_and_nothing_typed_is_lost(cast, plan, sign_in) -> None:
    version = signing.hand_over(actor=cast.lead, plan=plan)
    lead = sign_in(cast.lead)
    response = lead.post(at("objective_add", cast.enrolment.pk), OBJECTIVE)
    assert response.status_code == 422
    assert "lies with the senior sponsor" in text_of(response)
    assert page(response).one("input", name="title")["value"] == "Read every register"
    lead.post(at("version_take_back", cast.enrolment.pk, version.number))
    assert lead.post(at("objective_add", cast.enrolment.pk), OBJECTIVE).status_code == 302


def test_a_reopened_release_is_said_and_the_plan_keeps_its_source(cast, plan, sign_in) -> None:
    release = plan.release
    type(release).objects.filter(pk=release.pk).update(superseded_at=timezone.now())
    said = text_of(sign_in(cast.lead).get(at("plan", cast.enrolment.pk)))
    assert "began from version 1 and keeps its levels" in said


def test_objectives_go_and_come_back(cast, plan, sign_in) -> None:
    lead, objective = sign_in(cast.lead), objective_of(plan)
    assert "Its 1 action goes with it" in text_of(lead.get(at("objective_remove", objective.pk)))
    lead.post(at("objective_remove", objective.pk))
    assert lead.get(at("objective", objective.pk)).status_code == 404
    lead.post(at("objective_back", cast.enrolment.pk, objective.pk))
    assert lead.get(at("objective", objective.pk)).status_code == 200


def test_home_says_where_the_plan_is(cast, sign_in) -> None:
    lead = sign_in(cast.lead)
    lead.post(reverse("calibration:acknowledge", args=[cast.calibration.pk, 1]))
    assert "Choose what to work on" in text_of(lead.get("/"))
    plan = planned(cast.enrolment, cast.lead)
    assert "Your plan is being written" in text_of(lead.get("/"))
    approved(plan, cast.lead, cast.sponsor)
    assert "Improve (done)" in text_of(lead.get("/"))
