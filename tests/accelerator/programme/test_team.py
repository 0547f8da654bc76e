"""People come into a team by invitation, change places in it and leave it."""

import html
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accelerator.core.rights import prose_of
from accelerator.models import AuditEvent, Invitation, Membership, OutgoingMail, Role, User
from accelerator.programme.leaving.services import anonymise
from accelerator.programme.team import services as team
from calibration.access import tied_to
from calibration.assigning.queries.eligibility import free_coaches
from calibration.assigning.services.assigning import assign_coaches, open_calibration
from calibration.rules.problems import StepRefused
from tests.conftest import with_whole_team
from tests.factories import calibration as calibrations
from tests.factories.assessment import started, submitted
from tests.factories.programme import MembershipFactory, UserFactory
from tests.together import PATIENCE, outcomes, start, wait_for_a_lock

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def cast(cast):
    return with_whole_team(cast)


def page(cast) -> str:
    return reverse("team", args=[cast.enrolment.pk])


def invite(cast, email="new@example.org", role=Role.MEMBER, **more) -> Invitation:
    place = cast.enrolment if role == Role.ADVISER else cast.enrolment.organisation
    return team.invite(actor=cast.lead, role=role, place=place, email=email, **more)


def link(email="new@example.org") -> str:
    """The address in the newest letter to somebody."""
    letter = OutgoingMail.objects.filter(to=email).order_by("-pk").first()
    return re.search(r"/invitations/\S+", letter.text)[0]


def texts_to(email: str) -> list[str]:
    return list(OutgoingMail.objects.filter(to=email).values_list("text", flat=True))


def roles_of(email: str) -> set[str]:
    return set(Membership.objects.filter(user__email=email).values_list("role", flat=True))


def test_a_lead_invites_a_colleague_who_makes_an_account_and_is_in(cast, sign_in, client):
    given = {"email": "Ana@Example.org", "name": "Ana", "job_role": "Cook", "role": "member"}
    response = sign_in(cast.lead).post(page(cast), given, follow=True)
    assert "We wrote to ana@example.org." in response.content.decode()
    address = link("ana@example.org")
    shown = client.get(address)
    assert cast.enrolment.organisation.name in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    answer = client.post(address, {"name": "Ana Ruiz", "password": PASSWORD})
    assert answer.url == reverse("home")
    person = User.objects.get(email="ana@example.org")
    member = Membership.objects.get(user=person)
    assert (member.role, member.organisation, member.job_role) == (
        "member",
        cast.enrolment.organisation,
        "Cook",
    )
    assert client.get(reverse("home")).wsgi_request.user == person


def test_the_token_is_in_the_letter_only(cast):
    invitation = invite(cast)
    token = link().split("/")[2]
    assert len(token) >= 43
    assert token not in str(vars(Invitation.objects.get(pk=invitation.pk)))
    assert token not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.ADVISER])
def test_the_letter_and_its_page_say_what_one_would_do(cast, client, role):
    invite(cast, role=role)
    letter = OutgoingMail.objects.get(to="new@example.org").text
    shown = client.get(link()).content.decode()
    for text in (letter, html.unescape(shown)):
        assert str(role.label) in text
        assert prose_of(role) in text


def test_looking_at_the_link_accepts_nothing(cast, client):
    invite(cast)
    for _ in range(3):
        assert client.get(link()).status_code == 200
        assert client.head(link()).status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()
    assert Invitation.objects.open().count() == 1


def test_somebody_with_an_account_accepts_with_one_click(cast, sign_in, client):
    person = UserFactory(email="new@example.org")
    invite(cast)
    assert reverse("account_login") in client.get(link()).content.decode()
    answer = sign_in(person).post(link())
    assert answer.url == reverse("home")
    assert roles_of("new@example.org") == {"member"}


def test_another_account_is_told_and_gets_nothing(cast, sign_in):
    invite(cast)
    client = sign_in(cast.outsider)
    assert "another e-mail address" in client.get(link()).content.decode()
    assert client.post(link()).status_code == 410
    assert not Membership.objects.filter(
        user=cast.outsider, organisation=cast.enrolment.organisation
    ).exists()


@pytest.mark.parametrize("how", ["accepted", "revoked", "expired", "sent again"])
def test_a_link_that_had_its_time_says_why(cast, client, sign_in, how):
    person = UserFactory(email="new@example.org")
    invitation = invite(cast)
    address = link()
    if how == "accepted":
        team.accept(person=person, invitation=invitation)
    elif how == "revoked":
        team.revoke(actor=cast.lead, invitation=invitation)
    elif how == "expired":
        past = timezone.now() - timedelta(seconds=1)
        Invitation.objects.update(expires_at=past, sent_at=past - timedelta(days=7))
    else:
        team.send_again(actor=cast.lead, invitation=invitation)
    status = 404 if how == "sent again" else 410
    before = Membership.objects.count()
    for browser in (client, sign_in(person)):
        assert browser.get(address).status_code == status
        assert browser.post(address, {"name": "A", "password": PASSWORD}).status_code == status
    assert Membership.objects.count() == before
    if how == "sent again":
        assert sign_in(person).post(link()).status_code == 302


def test_a_closed_account_stays_closed(cast):
    person = UserFactory(email="new@example.org", is_active=False)
    invitation = invite(cast)
    with pytest.raises(team.CannotAccept, match="closed"):
        team.accept(person=person, invitation=invitation)


def test_nothing_begins_at_an_organisation_that_has_left(cast):
    adviser = UserFactory(email="new@example.org")
    invitation = invite(cast, role=Role.ADVISER)
    cast.enrolment.state, cast.enrolment.withdrawn_on = "withdrawn", timezone.localdate()
    cast.enrolment.save()
    with pytest.raises(team.CannotAccept, match="left the cohort"):
        team.accept(person=adviser, invitation=invitation)
    with pytest.raises(team.CannotInvite, match="left the cohort"):
        invite(cast, email="other@example.org", role=Role.ADVISER)


def test_nothing_begins_in_a_cohort_that_has_ended(cast):
    adviser = UserFactory(email="new@example.org")
    invitation = invite(cast, role=Role.ADVISER)
    cast.enrolment.cohort.closed_on = timezone.localdate()
    cast.enrolment.cohort.save()
    with pytest.raises(team.CannotAccept, match="cohort ended on"):
        team.accept(person=adviser, invitation=invitation)
    with pytest.raises(team.CannotInvite, match="cohort ended on"):
        invite(cast, email="other@example.org", role=Role.ADVISER)


def test_the_page_of_a_closed_cohort_invites_nobody_and_still_removes(cast, sign_in):
    waiting = invite(cast)
    cast.enrolment.cohort.closed_on = timezone.localdate()
    cast.enrolment.cohort.save()
    lead = sign_in(cast.lead)
    shown = lead.get(page(cast)).content.decode()
    again = reverse("invitation_again", args=[cast.enrolment.pk, waiting.pk])
    assert "Invite somebody" not in shown
    assert again not in shown
    letters = OutgoingMail.objects.count()
    for address in (page(cast), again):
        said = lead.post(address, {"email": "b@example.org", "role": "member"}, follow=True)
        assert "This cohort ended on" in said.content.decode()
    assert Invitation.objects.get() == waiting
    assert OutgoingMail.objects.count() == letters
    gone = Membership.objects.get(user=cast.reader)
    lead.post(reverse("team_remove", args=[cast.enrolment.pk, gone.pk]))
    assert roles_of(cast.reader.email) == set()


def test_before_anybody_has_joined_the_page_says_so(cast, sign_in):
    Membership.objects.filter(organisation=cast.enrolment.organisation).delete()
    Membership.objects.filter(enrolment=cast.enrolment).delete()
    shown = sign_in(cast.hub).get(page(cast)).content.decode()
    assert "Nobody has joined yet" in shown
    assert "<table" not in shown


def test_the_same_person_is_invited_once(cast, sign_in):
    invite(cast)
    given = {"email": "NEW@example.org", "role": "member"}
    response = sign_in(cast.lead).post(page(cast), given)
    assert response.status_code == 422
    assert "invited already" in response.content.decode()
    given["email"] = cast.member.email
    response = sign_in(cast.lead).post(page(cast), given)
    assert "team member already" in response.content.decode()


@pytest.mark.parametrize(
    ("who", "role", "ok"),
    [
        ("lead", "sponsor", True),
        ("deputy", "reader", True),
        ("lead", "lead", False),
        ("lead", "adviser", False),
        ("hub", "lead", True),
        ("hub", "adviser", True),
        ("hub", "moderator", False),
    ],
)
def test_each_brings_in_whom_they_may(cast, sign_in, who, role, ok):
    given = {"email": "new@example.org", "role": role}
    response = sign_in(getattr(cast, who)).post(page(cast), given)
    assert (response.status_code == 302) is ok
    assert Invitation.objects.exists() is ok


def test_whom_the_hub_brings_in_nobody_of_the_team_takes_out(cast, sign_in):
    adviser = Membership.objects.get(user=cast.adviser)
    remove = reverse("team_remove", args=[cast.enrolment.pk, adviser.pk])
    addresses = [remove]
    for role in (Role.LEAD, Role.ADVISER):
        letter = invite(cast, email=f"{role.value}@example.org", role=role)
        for name in ("invitation_again", "invitation_revoke"):
            addresses.append(reverse(name, args=[cast.enrolment.pk, letter.pk]))
    for person in (cast.lead, cast.deputy):
        browser = sign_in(person)
        shown = browser.get(page(cast)).content.decode()
        assert not [address for address in addresses if address in shown]
        assert {browser.post(address).status_code for address in addresses} == {404}
    hub = sign_in(cast.hub)
    shown = hub.get(page(cast)).content.decode()
    assert all(address in shown for address in addresses)
    assert {hub.post(address).status_code for address in addresses} == {302}
    assert not Membership.objects.filter(user=cast.adviser).exists()
    assert not Invitation.objects.waiting().exists()


def test_removing_ends_access_at_once_and_keeps_what_was_written(cast, sign_in):
    member = Membership.objects.get(user=cast.member)
    browser = sign_in(cast.member)
    assert browser.get(page(cast)).status_code == 200
    address = reverse("team_remove", args=[cast.enrolment.pk, member.pk])
    assert "ends at once" in sign_in(cast.lead).get(address).content.decode()
    sign_in(cast.lead).post(address)
    assert browser.get(page(cast)).status_code == 404
    assert OutgoingMail.objects.filter(to=cast.member.email, subject__contains="ended").exists()
    event = AuditEvent.objects.get(action="membership.ended")
    assert (event.actor, event.data) == (cast.lead, {"role": "member"})


def test_who_is_removed_comes_back_by_no_letter_that_waited(cast, sign_in):
    invite(cast, email=cast.member.email.upper(), role=Role.DEPUTY)
    elsewhere = cast.other.organisation
    other = team.invite(
        actor=cast.outsider, role=Role.READER, place=elsewhere, email=cast.member.email
    )
    member = Membership.objects.get(user=cast.member)
    waits = Invitation.objects.get(role=Role.DEPUTY)
    sign_in(cast.lead).post(reverse("team_remove", args=[cast.enrolment.pk, member.pk]))
    with pytest.raises(team.CannotAccept, match="taken back"):
        team.accept(person=cast.member, invitation=waits)
    assert AuditEvent.objects.filter(action="invitation.revoked", actor=cast.lead).count() == 1
    assert team.accept(person=cast.member, invitation=other)


@pytest.mark.django_db(transaction=True)
def test_accepting_while_they_are_removed_ends_in_one_of_the_two(cast):
    people = [
        MembershipFactory(role=Role.READER, organisation=cast.enrolment.organisation)
        for _ in range(4)
    ]
    works = []
    for held in people:
        letter = invite(cast, email=held.user.email)
        works += [
            lambda held=held, letter=letter: team.accept(person=held.user, invitation=letter),
            lambda held=held: team.remove(actor=cast.lead, membership=held),
        ]
    done = outcomes(*works)
    assert done[1::2] == [None] * 4
    assert all(isinstance(one, (Membership, team.CannotAccept)) for one in done[::2])


def test_the_last_lead_stays_until_somebody_takes_over(cast, sign_in):
    lead = Membership.objects.get(user=cast.lead)
    address = reverse("team_remove", args=[cast.enrolment.pk, lead.pk])
    answer = sign_in(cast.deputy).post(address, follow=True)
    assert "Hand over first" in answer.content.decode()
    assert Membership.objects.filter(pk=lead.pk).exists()
    MembershipFactory(role=Role.LEAD, organisation=cast.enrolment.organisation)
    sign_in(cast.deputy).post(address)
    assert not Membership.objects.filter(pk=lead.pk).exists()


def test_handing_over_is_one_act(cast, sign_in):
    lead = Membership.objects.get(user=cast.lead)
    to = Membership.objects.get(user=cast.member)
    address = reverse("hand_over", args=[cast.enrolment.pk, lead.pk])
    answer = sign_in(cast.lead).post(address, {"to": to.pk}, follow=True)
    assert f"{cast.member} is project lead now" in answer.content.decode()
    assert roles_of(cast.lead.email) == {"deputy"}
    assert roles_of(cast.member.email) == {"lead"}
    assert {cast.lead.email, cast.member.email} <= set(
        OutgoingMail.objects.values_list("to", flat=True)
    )
    with pytest.raises(team.CannotChange, match="meanwhile"):
        team.hand_over(actor=cast.hub, lead=lead, to=to)
    adviser = Membership.objects.get(user=cast.adviser)
    with pytest.raises(team.CannotChange, match="Only a project lead"):
        team.hand_over(actor=cast.hub, lead=adviser, to=to)


def test_who_coaches_or_moderates_does_not_advise(cast):
    calibrations.scored(cast)
    for person, word in ((cast.coach_a, "coaches"), (cast.moderator, "moderates")):
        with pytest.raises(team.CannotInvite, match=word):
            invite(cast, email=person.email, role=Role.ADVISER)


@pytest.mark.django_db(transaction=True)
def test_accepted_ten_times_at_once_it_is_accepted_once(cast):
    person = UserFactory(email="new@example.org")
    invitation = invite(cast)

    def accept() -> bool:
        try:
            team.accept(person=person, invitation=invitation)
        except team.CannotAccept:
            return False
        return True

    assert sum(outcomes(*[accept] * 5)) == 1
    assert Membership.objects.filter(user=person).count() == 1
    assert AuditEvent.objects.filter(action="invitation.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_remove_each_other_leave_one(cast):
    first = Membership.objects.get(user=cast.lead)
    second = MembershipFactory(role=Role.LEAD, organisation=cast.enrolment.organisation)

    def removed(membership: Membership, actor: User) -> bool:
        try:
            team.remove(actor=actor, membership=membership)
        except team.CannotChange:
            return False
        return True

    done = outcomes(lambda: removed(first, second.user), lambda: removed(second, first.user))
    assert sorted(done) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_a_letter_used_twice_at_once_makes_one_account_and_no_error(cast):
    """Also two letters to one address: whoever comes second is told to sign in."""
    for role in (Role.MEMBER, Role.READER):
        invite(cast, role=role)
    addresses = re.findall(r"/invitations/\S+", "".join(texts_to("new@example.org")))
    given = {"name": "Ana", "password": PASSWORD}
    works = [lambda at=at: Client().post(at, given).status_code for at in (*addresses, *addresses)]
    answers = sorted(outcomes(*works))
    assert answers.count(302) == 1
    assert set(answers) <= {200, 302, 410}
    person = User.objects.get(email="new@example.org")
    assert person.memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_adviser_and_moderator_at_once_is_one_of_them(cast):
    person = UserFactory(email="new@example.org")
    moderator = {"role": Role.MODERATOR, "place": cast.enrolment.cohort, "email": person.email}
    letters = [invite(cast, role=Role.ADVISER), team.invite(actor=cast.hub, **moderator)]
    works = [lambda one=one: team.accept(person=person, invitation=one) for one in letters]
    done = outcomes(*works)
    assert sum(isinstance(one, team.CannotAccept) for one in done) == 1
    assert person.memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_becomes_adviser_while_they_are_given_a_seat(cast):
    """The seat is given in a transaction that waits for the adviser's, and is then refused."""
    calibration = open_calibration(actor=cast.hub, assessment=submitted(cast.enrolment, cast.lead))
    letter = invite(cast, email=cast.coach_a.email, role=Role.ADVISER)
    with transaction.atomic():
        team.accept(person=cast.coach_a, invitation=letter)
        seat = start(
            lambda: assign_coaches(
                actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
            )
        )
        wait_for_a_lock(seat)
    assert isinstance(seat.exception(PATIENCE), StepRefused)
    assert not calibration.reviews.exists()


@pytest.mark.django_db(transaction=True)
def test_who_accepts_while_they_are_anonymised_holds_no_role_after_it(cast):
    admin = User.objects.create_superuser("admin@example.org", name="Admin")
    works = []
    for number in range(4):
        person = UserFactory(email=f"new{number}@example.org")
        letter = invite(cast, email=person.email)
        works += [
            lambda person=person, letter=letter: team.accept(person=person, invitation=letter),
            lambda person=person: anonymise(actor=admin, person=person, reason="They asked."),
        ]
    done = outcomes(*works)
    assert done[1::2] == [True] * 4
    assert all(isinstance(one, (Membership, team.CannotAccept)) for one in done[::2])
    assert not Membership.objects.filter(user__is_active=False).exists()


def test_the_operator_invites_the_first_people(cast, capsys):
    slug = cast.enrolment.cohort.slug
    call_command("invite", "Hub@Example.org", "hub", slug, "--name", "Sam")
    assert "A letter to hub@example.org" in capsys.readouterr().out
    invitation = Invitation.objects.get(email="hub@example.org")
    assert (invitation.cohort, invitation.invited_by, invitation.name) == (
        cast.enrolment.cohort,
        None,
        "Sam",
    )
    for given, said in (
        (("a@b.org", "hub", "nowhere"), slug),
        (("nobody", "hub", slug), "not an e-mail address"),
        (("hub@example.org", "hub", slug), "invited already"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("invite", *given)


def test_an_adviser_finds_whom_they_advise(cast, sign_in):
    browser = sign_in(cast.adviser)
    assert "not handed in" in browser.get(reverse("home")).content.decode()
    assessment = submitted(cast.enrolment, cast.lead)
    results = reverse("assessments:results", args=[assessment.pk])
    assert results in browser.get(reverse("home")).content.decode()
    shown = browser.get(results)
    assert shown.status_code == 200
    assert "You advise" in shown.content.decode()
    draft = started(cast.enrolment, cast.lead, round=2)
    overview = reverse("assessments:overview", args=[draft.pk])
    assert browser.get(overview).status_code == 404


def test_an_adviser_is_not_asked_to_coach_nor_let_to_the_desk(cast):
    MembershipFactory(user=cast.coach_a, role=Role.ADVISER, enrolment=cast.enrolment)
    calibration = open_calibration(actor=cast.hub, assessment=submitted(cast.enrolment, cast.lead))
    coaches = {one.user for one in free_coaches(calibration, seat="first")}
    assert cast.coach_b in coaches
    assert cast.coach_a not in coaches
    MembershipFactory(user=cast.moderator, role=Role.ADVISER, enrolment=cast.enrolment)
    assert calibration in tied_to(cast.moderator)


def test_nobody_invites_themselves(cast):
    with pytest.raises(team.CannotInvite, match="your own address"):
        team.invite(
            actor=cast.hub,
            role=Role.READER,
            place=cast.enrolment.organisation,
            email=cast.hub.email.upper(),
        )
    assert not Invitation.objects.filter(email__iexact=cast.hub.email).exists()


def test_those_who_lead_are_told_who_has_joined(cast):
    person = UserFactory(email="new@example.org", name="Ned Newcomer")
    invitation = team.invite(
        actor=cast.hub,
        role=Role.READER,
        place=cast.enrolment.organisation,
        email=person.email,
    )
    team.accept(person=person, invitation=invitation)
    letter = OutgoingMail.objects.get(to=cast.lead.email)
    assert "Ned Newcomer has joined" in letter.subject
    assert "new@example.org" in letter.text
    assert f"invited by {cast.hub.name}" in letter.text


def test_a_deputy_takes_over_where_the_lead_is_away(cast, sign_in):
    lead = Membership.objects.get(user=cast.lead)
    mine = Membership.objects.get(user=cast.deputy)
    address = reverse("hand_over", args=[cast.enrolment.pk, lead.pk])
    sign_in(cast.deputy).post(address, {"to": mine.pk})
    assert (roles_of(cast.deputy.email), roles_of(cast.lead.email)) == ({"lead"}, {"deputy"})
