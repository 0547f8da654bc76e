"""A cohort's audit log: what the hub reads of it, finds in it and takes away."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import AuditEvent, Role
from accelerator.programme.auditing.queries import PAGE, events_of, page_of
from accelerator.programme.auditing.rules import details
from accelerator.programme.team.services import remove
from calibration.assigning.services.conflicts import declare_conflict
from tests.factories.programme import EnrolmentFactory, MembershipFactory
from tests.markup import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(world, browsers):
    return browsers("hub")


@pytest.fixture
def log(world) -> str:
    return reverse("audit_log", args=[world.enrolment.cohort.slug])


def lines(response) -> list[str]:
    return [row.text for row in page(response).one("tbody").all("tr")]


def test_it_says_who_did_what_newest_first(world, hub, log) -> None:
    audit.record(world.lead, "assessment.started", world.draft)
    first = lines(hub.get(log))[0]
    assert "Lead began the self-assessment" in first
    assert world.enrolment.organisation.name in first


def test_every_event_of_the_cohort_is_there_and_no_others(world) -> None:
    elsewhere = EnrolmentFactory()
    audit.record(world.lead, "enrolment.paused", elsewhere, on="2026-11-01")
    audit.record(world.lead, "lead.handed_over", elsewhere.organisation, by=1, to=2)
    again = EnrolmentFactory(organisation=world.enrolment.organisation)
    audit.record(world.lead, "enrolment.withdrawn", again, on="2026-11-01")
    shown = set(events_of(world.hub, world.enrolment.cohort).values_list("action", flat=True))
    assert {
        "assessment.submitted", "evidence.added", "review.submitted", "invitation.sent",
        "report.requested", "conflict.declared", "decision.made", "release.question",
    } <= shown  # fmt: skip
    assert not {"enrolment.paused", "enrolment.withdrawn", "lead.handed_over"} & shown


def test_it_holds_no_level_and_nothing_of_what_was_written(world, hub, log) -> None:
    export = hub.get(reverse("audit_export", args=[world.enrolment.cohort.slug]))
    text = export.content.decode() + hub.get(log).content.decode()
    for words in (
        "Regular registers", "We keep registers", "What did you mean?", "read the registers",
        "Minutes of May", "moderate", "confirmed", "May we see",
    ):  # fmt: skip
        assert words not in text.replace("began to moderate", "")


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ({"words": "handed a review in"}, "handed a review in", "self-assessment"),
        ({"words": "coach a"}, "Coach A", "Lead "),
        ({"kind": "evidence"}, "added a piece of evidence", "handed"),
        ({"person": "moder"}, "Moderator", "Coach A"),
        ({"until": "2000-01-01"}, "Nothing fits these filters", "Coach A"),
        ({"since": "2000-01-01", "person": "hub"}, "Hub", "Coach A handed"),
    ],
)
def test_what_is_looked_for_is_found(hub, log, asked, there, gone) -> None:
    shown = page(hub.get(log, asked)).one("main")
    found = [row.text for table in shown.all("tbody") for row in table.all("tr")]
    assert there in (" ".join(found) or shown.text)
    assert not any(gone in line for line in found)


def test_an_organisation_is_looked_for_by_itself(world, hub, log) -> None:
    chosen = world.released.assessment.enrolment.organisation
    shown = lines(hub.get(log, {"organisation": chosen.pk}))
    assert shown
    assert all(chosen.name in line for line in shown)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "until"),
        ({"kind": "gossip"}, "kind"),
        ({"organisation": "0"}, "organisation"),
        ({"words": "x" * 101}, "words"),
    ],
)
def test_a_wrong_filter_is_said_beside_its_field(world, hub, log, asked, field) -> None:
    for address in (log, reverse("audit_export", args=[world.enrolment.cohort.slug])):
        response = hub.get(address, asked)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert not page(response).all("tbody")


def test_days_are_those_of_the_clock_on_the_wall(world, hub, log) -> None:
    today = timezone.localdate()
    assert lines(hub.get(log, {"since": today, "until": today}))
    assert not page(hub.get(log, {"since": today + timedelta(days=1)})).all("tbody")


def test_older_events_are_a_page_further_without_counting(world, hub, log) -> None:
    first, following = page_of(events_of(world.hub, world.enrolment.cohort), None)
    assert len(first) == PAGE
    assert following == first[-1].event.pk
    shown = page(hub.get(log))
    [older] = [link["href"] for link in shown.all("a", rel="next")]
    assert older == f"?before={following}"
    rest = lines(hub.get(log + older))
    assert rest
    assert not set(rest) & set(lines(hub.get(log))) or len(rest) == PAGE
    assert lines(hub.get(log, {"before": "nonsense"}))


def test_the_export_is_what_is_filtered_inert_and_noted(world, hub, log) -> None:
    world.lead.name = "=Lead"
    world.lead.save(update_fields=["name"])
    address = reverse("audit_export", args=[world.enrolment.cohort.slug])
    response = hub.get(address, {"kind": "evidence"})
    text = response.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    done = [row["what was done"] for row in rows]
    assert done[0] == "added a piece of evidence"
    assert "attached a piece of evidence to a criterion" in done
    assert rows[0]["who"] == "'=Lead"
    assert "Kind: evidence" in text
    assert "Made by Hub on" in text
    read = AuditEvent.objects.order_by("pk").last()
    assert (read.action, read.actor) == ("export.read", world.hub)
    assert read.cohort == world.enrolment.cohort
    assert "Hub downloaded a spreadsheet" in lines(hub.get(log))[0]
    world.lead.refresh_from_db()


def test_who_may_not_see_into_a_calibration_reads_nothing_of_it(world, hub, log) -> None:
    cohort = world.enrolment.cohort
    tied = world.both_in.assessment.enrolment.organisation
    assert "handed a review in" in " ".join(lines(hub.get(log, {"organisation": tied.pk})))
    declare_conflict(person=world.hub, organisation=tied, reason="Kin")
    shown = " ".join(lines(hub.get(log, {"organisation": tied.pk})))
    assert "handed a review in" not in shown
    assert "handed the self-assessment in" in shown
    # Somebody of the hub who reviews one blind.
    coaching = MembershipFactory(user=world.coach_a, role=Role.HUB, cohort=cohort).user
    found = events_of(coaching, cohort).filter(organisation=world.enrolment.organisation)
    assert found.filter(action="assessment.submitted").exists()
    assert not found.filter(action__startswith="review.").exists()


def test_who_was_removed_is_named(world, hub, log) -> None:
    with transaction.atomic():
        remove(actor=world.lead, membership=world.member.memberships.first())
        first = lines(hub.get(log))[0]
        assert "Lead ended somebody’s part" in first
        assert "about: Member" in first
        transaction.set_rollback(True)


def test_details_say_what_can_be_read() -> None:
    data = {
        "role": "reader", "on": "2026-11-03", "reason": "Ill.", "rating": 4, "seat": "first",
        "coach": 7, "kind": "assessments.heatmap_report", "number": 2, "to": "accelerator.x",
    }  # fmt: skip
    assert details(data, {7: "Coach A"}, {"reader": "Reader"}) == [
        ("from", "3 November 2026"),
        ("why", "Ill."),
        ("role", "Reader"),
        ("submission", "2"),
        ("coach", "Coach A"),
    ]
    assert details({"coach": 9}, {}, {}) == [("coach", "somebody who left")]


def test_a_hundred_thousand_events_are_answered_by_index(
    world, django_assert_max_num_queries
) -> None:
    cohort = world.enrolment.cohort
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accelerator_auditevent"
                " (at, action, target, data, cohort_id, organisation_id)"
                " SELECT now(), 'evidence.added', 'assessments.evidence:' || n, '{}',"
                " CASE WHEN n %% 3 = 0 THEN %s ELSE 0 END, %s FROM generate_series(1, 100000) n",
                [cohort.pk, world.enrolment.organisation_id],
            )
            cursor.execute("ANALYZE accelerator_auditevent")
        events = events_of(world.hub, cohort)
        plan = events[: PAGE + 1].explain()
        assert "Seq Scan on accelerator_auditevent" not in plan, plan
        with django_assert_max_num_queries(2):
            entries, _ = page_of(events, None)
        assert len(entries) == PAGE
        transaction.set_rollback(True)
