"""Who works for a cohort, and how its hub invites and removes them."""

import pytest
from django.urls import reverse

from accelerator.models import Invitation, Membership, OutgoingMail, Role
from accelerator.programme.cohorts.services import closing
from accelerator.programme.team.services import CannotAccept, CannotInvite, accept, invite
from tests.factories.programme import (
    CohortFactory,
    EnrolmentFactory,
    InstitutionFactory,
    MatchFunderFactory,
    MembershipFactory,
    UserFactory,
)
from tests.markup import page

pytestmark = pytest.mark.django_db
NEW = {"email": "New@Example.org", "name": "Nia", "job_role": "Reader"}


@pytest.fixture
def cohort(cast):
    return cast.enrolment.cohort


@pytest.fixture
def hub(cast, sign_in):
    return sign_in(cast.hub)


def people(cohort) -> str:
    return reverse("cohort_people", args=[cohort.slug])


def rows(response) -> dict[str, str]:
    return {one.all("th")[0].text: one.text for one in page(response).all("tr")[1:]}


def test_everybody_who_works_for_it_is_there_and_nobody_else(cast, hub, cohort) -> None:
    elsewhere = MembershipFactory(
        user__name="Elsewhere", role=Role.FUNDER, match_funder=MatchFunderFactory()
    )
    shown = rows(hub.get(people(cohort)))
    assert list(shown)[:2] == [cast.hub.name, cast.moderator.name]
    assert shown[cast.coach_a.name].startswith(f"{cast.coach_a} Coach Institution")
    assert cast.funder.email in shown[cast.funder.name]
    here = {cast.hub, cast.moderator, cast.coach_a, cast.coach_b, cast.funder}
    assert shown.keys() == {one.name for one in here}
    assert elsewhere.user.name not in shown
    assert [name for name, row in shown.items() if "Remove" in row] == [cast.moderator.name]


def test_coaches_are_those_of_its_institutions(cast, hub, cohort) -> None:
    cohort.institutions.add(cast.coach_b.memberships.get().institution)
    shown = rows(hub.get(people(cohort)))
    assert cast.coach_b.name in shown
    assert cast.coach_a.name not in shown


def test_the_hub_invites_a_moderator_who_moderates_at_once(cast, hub, cohort) -> None:
    answer = hub.post(people(cohort), NEW | {"place": "moderator"}, follow=True)
    assert "We wrote to new@example.org" in answer.content.decode()
    assert "Nia" in page(answer).one("ul", class_="cards").text
    invitation = Invitation.objects.get()
    assert (invitation.where, invitation.role) == (cohort, Role.MODERATOR)
    person = UserFactory(email="new@example.org", name="Nia New")
    accept(person=person, invitation=invitation)
    assert "Nia New Reader" in rows(hub.get(people(cohort)))


def test_coaches_and_funders_are_invited_to_places_of_the_cohort_only(cast, hub, cohort) -> None:
    home = cast.coach_a.memberships.get().institution
    cohort.institutions.add(home)
    funder = cast.enrolment.match_funders.get()
    for place, where in ((f"coach-{home.pk}", home), (f"funder-{funder.pk}", funder)):
        assert hub.post(people(cohort), NEW | {"place": place}).status_code == 302
        assert Invitation.objects.order_by("pk").last().where == where
    foreign = InstitutionFactory(), MatchFunderFactory()
    for place in (f"coach-{foreign[0].pk}", f"funder-{foreign[1].pk}", "hub", "coach-x", ""):
        response = hub.post(people(cohort), NEW | {"place": place})
        assert response.status_code == 422
        assert page(response).one("div", id="id_place_error")
    assert Invitation.objects.count() == 2


def test_an_adviser_of_the_cohort_does_not_moderate_it(cast, cohort) -> None:
    adviser = MembershipFactory(role=Role.ADVISER, enrolment=cast.enrolment).user
    with pytest.raises(CannotInvite, match="advises"):
        invite(actor=cast.hub, role=Role.MODERATOR, place=cohort, email=adviser.email)
    elsewhere = CohortFactory()
    invite(actor=cast.hub, role=Role.MODERATOR, place=elsewhere, email=adviser.email)
    later = UserFactory(email="later@example.org")
    waits = invite(actor=cast.hub, role=Role.MODERATOR, place=cohort, email=later.email)
    MembershipFactory(user=later, role=Role.ADVISER, enrolment=cast.enrolment)
    with pytest.raises(CannotAccept, match="advises"):
        accept(person=later, invitation=waits)


def test_a_letter_is_sent_again_or_taken_back(cast, hub, cohort) -> None:
    row = invite(actor=cast.other_hub, role=Role.MODERATOR, place=cohort, email="m@example.org")
    before = row.token_hash
    hub.post(reverse("cohort_invitation_again", args=[cohort.slug, row.pk]))
    row.refresh_from_db()
    assert row.token_hash != before
    assert OutgoingMail.objects.filter(to="m@example.org").count() == 2
    hub.post(reverse("cohort_invitation_revoke", args=[cohort.slug, row.pk]))
    row.refresh_from_db()
    assert row.revoked_by == cast.hub
    shown = page(hub.get(people(cohort)))
    assert "is taken back" in shown.text
    assert not shown.all("ul", class_="cards")


def test_hub_staff_and_other_places_are_out_of_reach(cast, hub, cohort) -> None:
    """Hub staff come from administrators: their invitations and roles are only shown."""
    colleague = invite(actor=None, role=Role.HUB, place=cohort, email="col@example.org")
    elsewhere = invite(
        actor=None, role=Role.MODERATOR, place=CohortFactory(), email="far@example.org"
    )
    text = page(hub.get(people(cohort))).text
    assert "col@example.org" in text
    assert "far@example.org" not in text
    for row in (colleague, elsewhere):
        for name in ("cohort_invitation_again", "cohort_invitation_revoke"):
            address = reverse(name, args=[cohort.slug, row.pk])
            assert hub.post(address).status_code == 404
    others = MembershipFactory(role=Role.MODERATOR, cohort=CohortFactory())
    for held in (cast.hub.memberships.get(), cast.coach_a.memberships.get(), others):
        address = reverse("cohort_remove", args=[cohort.slug, held.pk])
        assert hub.post(address).status_code == 404
        assert Membership.objects.filter(pk=held.pk).exists()


def test_removing_a_moderator_is_said_before_and_ends_it_at_once(
    cast, hub, sign_in, cohort
) -> None:
    held = cast.moderator.memberships.get()
    other = MembershipFactory(user=cast.moderator, role=Role.MODERATOR, cohort=CohortFactory())
    address = reverse("cohort_remove", args=[cohort.slug, held.pk])
    assert "ends at once" in page(hub.get(address)).text
    assert hub.post(address).url == people(cohort)
    assert list(cast.moderator.memberships.all()) == [other]
    assert OutgoingMail.objects.filter(to=cast.moderator.email).count() == 1
    gone = sign_in(cast.moderator).get(reverse("cohort", args=[cohort.slug]))
    assert gone.status_code == 404


def test_nobody_is_invited_to_a_closed_cohort(cast, hub, cohort) -> None:
    waits = invite(actor=cast.hub, role=Role.MODERATOR, place=cohort, email="m@example.org")
    closing.close_cohort(actor=cast.hub, cohort=cohort)
    assert "Invite somebody" not in hub.get(people(cohort)).content.decode()
    home = cast.coach_a.memberships.get().institution
    response = hub.post(people(cohort), NEW | {"place": f"coach-{home.pk}"})
    assert response.status_code == 422
    assert "This cohort is closed" in page(response).one("div", id="id_email_error").text
    again = reverse("cohort_invitation_again", args=[cohort.slug, waits.pk])
    assert "This cohort is closed" in hub.post(again, follow=True).content.decode()
    assert OutgoingMail.objects.count() == 1
    revoke = reverse("cohort_invitation_revoke", args=[cohort.slug, waits.pk])
    assert "is taken back" in hub.post(revoke, follow=True).content.decode()


def test_a_funder_of_two_enrolments_is_there_once(cast, hub, cohort) -> None:
    EnrolmentFactory(cohort=cohort).match_funders.add(cast.enrolment.match_funders.get())
    response = hub.get(people(cohort))
    assert response.content.decode().count(f"{cast.funder.email}</td>") == 1
