"""A person who leaves for good names nobody any more, and nothing else breaks."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

from accelerator.core import audit
from accelerator.core.mail.services import queue_mail
from accelerator.models import AuditEvent, Invitation, Membership, OutgoingMail, Role, User
from accelerator.programme.leaving.services import PersonStays, anonymise
from accelerator.programme.team.services import invite, send_again
from tests.factories.evidence import rows_that_hold
from tests.factories.more import finished_report
from tests.factories.programme import UserFactory
from tests.markup import page

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Zephyrine Quillfeather", "zephyrine@quillfeather.example"
CALLED = "Zeph Q."  # in a letter


@pytest.fixture
def leaver(world) -> User:
    """The world's lead, under a name that nothing else holds, with traces everywhere."""
    person = User.objects.get(pk=world.lead.pk)
    old = person.name
    person.name, person.email = NAME, ADDRESS
    person.set_password("correct horse")
    person.save()
    Membership.objects.filter(user=person).update(job_role=f"Deputy of {NAME}")
    Membership.objects.filter(user=person).update(job_role="Deputy")
    EmailAddress.objects.create(user=person, email=ADDRESS, primary=True)
    LogEntry.objects.create(user=world.staff, action_flag=2, object_repr=f"{NAME}, lead")
    for role, name in ((Role.READER, NAME), (Role.SPONSOR, CALLED)):
        invitation = invite(
            actor=world.hub, role=role, place=world.enrolment.organisation, email=ADDRESS, name=name
        )
    send_again(actor=world.hub, invitation=invitation)
    queue_mail(to=ADDRESS, subject="Welcome", text=f"Hello {NAME}")
    queue_mail(to="hub@example.org", subject=f"{NAME} has handed in", text=f"By {NAME}.")
    OutgoingMail.objects.create(
        to=ADDRESS, subject="Sent", text="", sent_at=world.letter.created_at
    )
    audit.record(person, "person.renamed", person, was=old, now=NAME, mail=ADDRESS)
    return person


def leave(world, person: User) -> bool:
    return anonymise(actor=world.staff, person=person, reason="They asked for it.")


def test_name_and_address_are_nowhere_any_more(world, leaver) -> None:
    assert rows_that_hold(NAME)
    assert rows_that_hold(CALLED)
    assert leave(world, leaver)
    assert rows_that_hold(NAME) == rows_that_hold(ADDRESS) == rows_that_hold(CALLED) == []


def test_their_work_stays_by_a_former_member(world, leaver, sign_in) -> None:
    leave(world, leaver)
    hub = sign_in(world.hub)
    results = hub.get(reverse("assessments:results", args=[world.submitted.pk]))
    assert "handed in" in results.content.decode()
    assert "by a former member" in " ".join(results.content.decode().split())
    member = sign_in(world.member)
    for name, args in (
        ("assessments:overview", [world.draft.pk]),
        ("assessments:history", [world.submitted.pk, "design.1"]),
        ("assessments:evidence", [world.note.pk]),
        ("calibration:result", [world.released.pk]),
    ):
        assert member.get(reverse(name, args=args)).status_code == 200
    assert hub.get(reverse("cohort", args=[world.enrolment.cohort.slug])).status_code == 200


def test_they_are_signed_out_and_cannot_come_back(world, leaver, sign_in, client) -> None:
    inside = sign_in(leaver)
    assert inside.get("/").status_code == 200
    kept = Session.objects.filter(pk=inside.session.session_key)
    assert kept.exists()
    leave(world, leaver)
    assert not kept.exists()
    assert inside.get("/").status_code == 302
    client.post(reverse("account_login"), {"login": ADDRESS, "password": "correct horse"})
    assert "_auth_user_id" not in client.session
    left = User.objects.get(pk=leaver.pk)
    assert [left.is_active, left.is_staff, left.is_superuser] == [False] * 3
    assert not left.has_usable_password()
    assert not EmailAddress.objects.filter(user=left).exists()
    assert not Membership.objects.filter(user=left).exists()
    assert not Invitation.objects.waiting().filter(role__in=(Role.READER, Role.SPONSOR)).exists()


def test_others_stay_signed_in_and_keep_their_names(world, leaver, sign_in) -> None:
    others = sign_in(world.member)
    leave(world, leaver)
    assert others.get("/").status_code == 200
    assert User.objects.get(pk=world.member.pk).name == world.member.name


def test_reports_that_name_them_go(world, leaver) -> None:
    report = finished_report(world.enrolment, leaver, NAME.encode())
    leave(world, leaver)
    report.refresh_from_db()
    assert report.state == "removed"


def test_the_audit_says_who_did_it_and_why(world, leaver) -> None:
    leave(world, leaver)
    event = AuditEvent.objects.get(action="words.former")
    assert (event.actor, event.data["reason"]) == (world.staff, "They asked for it.")
    assert AuditEvent.objects.filter(action="person.anonymised").count() == 1
    assert leave(world, leaver) is False


def test_nobody_anonymises_themselves(world) -> None:
    with pytest.raises(PersonStays), transaction.atomic():
        anonymise(actor=world.staff, person=world.staff, reason="Me.")
    assert User.objects.get(pk=world.staff.pk).name == "Staff"


def test_whoever_may_do_everything_stays_unless_one_like_them_says_so(world) -> None:
    keeper, other = (UserFactory(is_staff=True, is_superuser=True) for _ in range(2))
    with pytest.raises(PersonStays, match="may do everything"), transaction.atomic():
        leave(world, keeper)
    assert User.objects.get(pk=keeper.pk).is_superuser
    assert anonymise(actor=other, person=keeper, reason="They asked for it.")
    left = User.objects.get(pk=keeper.pk)
    assert [left.is_active, left.is_staff, left.is_superuser] == [False] * 3


def test_the_page_says_what_becomes_of_them(world, leaver, sign_in) -> None:
    staff = sign_in(world.staff)
    assert reverse("people") in staff.get(reverse("account")).content.decode()
    found = staff.post(reverse("people"), {"words": "quillfeather"})
    address = reverse("anonymise", args=[leaver.pk])
    assert [link["href"] for link in page(found).all("a", href=address)] == [address]
    world.enrolment.withdrawn_reason = f"{NAME} moved away."
    world.enrolment.save()
    assert "Why they left the cohort: 1" in page(staff.get(address)).text
    assert staff.post(address, {"reason": ""}).status_code == 422
    assert staff.post(address, {"reason": "They asked."}).status_code == 302
    assert User.objects.get(pk=leaver.pk).name == "a former member"
    assert staff.get(address).status_code == 404


def test_the_page_tells_who_cannot_leave(world, sign_in) -> None:
    address = reverse("anonymise", args=[world.staff.pk])
    response = sign_in(world.staff).post(address, {"reason": "Me."})
    assert response.status_code == 422
    assert "You cannot anonymise yourself" in response.content.decode()


def test_the_command_does_the_same(world, leaver, capsys) -> None:
    world.enrolment.withdrawn_reason = f"{NAME} moved away."
    world.enrolment.save()
    said = {"by": world.staff.email, "reason": "They asked."}
    call_command("anonymise_person", ADDRESS, **said)
    out = capsys.readouterr().out
    assert "Done." in out
    assert "Still written in 1 text(s): Why they left the cohort" in out
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("anonymise_person", ADDRESS, **said)


def test_a_coach_who_leaves_can_be_replaced(world, sign_in) -> None:
    leave(world, world.coach_a)
    assert world.coach_a.memberships.filter(role=Role.COACH).count() == 0
    address = reverse("calibration:replace", args=[world.review.pk])
    assert sign_in(world.hub).get(address).status_code == 200
