"""Organisations join a cohort with one programme each, and their leads are invited, in one act."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accelerator.models import (
    AuditEvent,
    Cohort,
    Enrolment,
    Invitation,
    MatchFunder,
    Membership,
    Organisation,
    OutgoingMail,
    Programme,
    Role,
)
from accelerator.programme.enrolling.queries import enrolment_counts
from accelerator.programme.enrolling.rules import Alike
from accelerator.programme.enrolling.services import changing, enrolling
from accelerator.programme.enrolling.services.enrolling import CannotEnrol
from accelerator.programme.enrolling.values import Entry
from accelerator.programme.enrolment import Refused
from accelerator.programme.team import services as team
from tests.factories.programme import (
    CohortFactory,
    EnrolmentFactory,
    MatchFunderFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
)
from tests.markup import page
from tests.together import outcomes

pytestmark = pytest.mark.django_db
GIVEN = {
    "organisation": "Riverside Youth",
    "programme": "Repair Crew",
    "description": "They mend bicycles.",
    "email": "Ana@Example.org",
    "name": "Ana Ruiz",
    "job_role": "Manager",
}
ENTRY = Entry("Riverside Youth", "Repair Crew", email="ana@example.org")


@pytest.fixture
def cohort(cast) -> Cohort:
    return cast.enrolment.cohort


@pytest.fixture
def enrol(cast, cohort, sign_in):
    """Posts the form as the hub; what is not said is as in GIVEN."""
    client, address = sign_in(cast.hub), reverse("enrol", args=[cohort.slug])
    return lambda **more: client.post(address, GIVEN | more)


def made() -> Enrolment:
    return Enrolment.objects.order_by("-pk").select_related("organisation", "programme")[0]


def error(response, field: str) -> str:
    assert response.status_code == 422
    return " ".join(response.context["form"].errors[field])


def test_organisation_programme_funders_and_letter_are_one_act(cast, enrol, cohort):
    known = MatchFunder.objects.get()
    response = enrol(funders=[known.pk], new_funders=f"Larkfield ; {known.name.upper()};")
    assert response.url == reverse("organisations", args=[cohort.slug])
    row = made()
    assert (str(row.organisation), str(row.programme)) == ("Riverside Youth", "Repair Crew")
    assert row.programme.description == "They mend bicycles."
    assert {str(one) for one in row.match_funders.all()} == {known.name, "Larkfield"}
    letter = Invitation.objects.get(organisation=row.organisation)
    assert (letter.role, letter.email, letter.name) == ("lead", "ana@example.org", "Ana Ruiz")
    assert "Riverside Youth" in OutgoingMail.objects.get(to="ana@example.org").subject
    events = AuditEvent.objects.filter(actor=cast.hub).values_list("action", flat=True)
    assert {"organisation.made", "match_funder.made", "enrolment.made", "invitation.sent"} <= {
        *events
    }


@pytest.mark.parametrize(
    "typed",
    ["riverside  YOUTH", " Riverside\u200b Youth", "Ｒiverside Youth", "Riverside\u00a0Youth"],
)
def test_a_known_organisation_is_found_however_it_is_typed(enrol, typed):
    known = OrganisationFactory(name="Riverside Youth")
    programme = ProgrammeFactory(organisation=known, name="REPAIR crew", description="")
    assert enrol(organisation=typed).status_code == 302
    assert (made().organisation, made().programme) == (known, programme)
    assert made().programme.description == "They mend bicycles."
    assert Organisation.objects.filter(name__icontains="youth").count() == 1


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Riverside Youth Trust", "Riverside Youth"),
        ("The Riverside Youth Charity Ltd", "Riverside Youth"),
        ("Riverside Youth Club", "Riverside Youth"),
        ("Riverside Youth", "Riversde Youth"),
        ("St John's Youth", "St Johns Youth"),
    ],
)
def test_a_name_that_is_near_is_asked_about_once(enrol, known, typed):
    OrganisationFactory(name=known)
    OrganisationFactory(name="Harbour Youth")
    assert "name like this" in error(enrol(organisation=typed), "meant")
    shown = page(enrol(organisation=typed))
    assert [one["value"] for one in shown.all("input", name="meant")] == [known, "another"]
    assert enrol(organisation=typed, meant=known).status_code == 302
    assert made().organisation.name == known


def test_a_name_that_is_too_long_is_not_compared(enrol, monkeypatch):
    def fail(*_names: str) -> None:
        pytest.fail("Every letter would cost as much as the whole name.")

    monkeypatch.setattr(Alike, "to", fail)
    assert "200" in error(enrol(organisation="a" * 100_000), "organisation")


def test_an_enrolment_names_a_few_match_funders(enrol):
    many = "; ".join(f"Funder number {number}" for number in range(21))
    assert "20 match funders or fewer" in error(enrol(new_funders=many), "new_funders")
    assert not Enrolment.objects.filter(organisation__name="Riverside Youth").exists()


def test_a_near_name_may_be_another_organisation(enrol):
    OrganisationFactory(name="Riverside Youth Trust")
    assert "Say which" in error(enrol(meant="Harbour"), "meant")
    assert enrol(meant="another").status_code == 302
    assert made().organisation.name == "Riverside Youth"


def test_where_somebody_leads_already_nobody_is_invited_and_they_are_told(enrol, cast):
    place = OrganisationFactory(name="Riverside Youth")
    lead = MembershipFactory(role=Role.LEAD, organisation=place)
    ProgrammeFactory(organisation=place, name="Repair Crew", description="As it was.")
    assert f"{lead.user} leads this" in error(enrol(), "email")
    response = enrol(email="")
    assert response.status_code == 302
    assert not Invitation.objects.exists()
    assert made().organisation == lead.organisation
    assert made().programme.description == "As it was."
    letter = OutgoingMail.objects.get(to=lead.user.email)
    assert "Riverside Youth takes part in" in letter.subject
    assert f"{cast.hub.name} has enrolled" in letter.text


def test_the_lead_there_is_may_be_named(enrol):
    place = OrganisationFactory(name="Riverside Youth")
    MembershipFactory(role=Role.LEAD, organisation=place, user__email="ana@example.org")
    assert enrol().status_code == 302
    assert not Invitation.objects.exists()


def test_somebody_must_lead(enrol):
    assert "Nobody leads this" in error(enrol(email=""), "email")
    assert not Organisation.objects.filter(name="Riverside Youth").exists()


def test_whoever_waits_gets_a_new_letter_and_no_second_invitation(enrol, cast):
    place = OrganisationFactory(name="Riverside Youth")
    team.invite(actor=None, role=Role.LEAD, place=place, email="ana@example.org")
    assert enrol().status_code == 302
    assert Invitation.objects.filter(organisation=place).count() == 1
    assert OutgoingMail.objects.filter(to="ana@example.org").count() == 2


def test_an_organisation_is_enrolled_once_in_a_cohort(cast, enrol):
    name = cast.other.organisation.name
    assert "enrolled in this cohort already" in error(enrol(organisation=name), "organisation")
    assert Programme.objects.filter(name="Repair Crew").count() == 0


def test_a_closed_cohort_enrols_nobody(cast, enrol, cohort):
    Cohort.objects.filter(pk=cohort.pk).update(closed_on=date(2026, 9, 2))
    assert enrol().status_code == 302
    assert not Organisation.objects.filter(name="Riverside Youth").exists()
    cohort.refresh_from_db()
    with pytest.raises(CannotEnrol, match="is closed"):
        enrolling.enrol(actor=cast.hub, cohort=cohort, entries=[ENTRY])


def test_all_entries_or_none(cast, cohort):
    again = Entry("riverside youth", "Second", email="bo@example.org")
    with pytest.raises(CannotEnrol, match="already") as caught:
        enrolling.enrol(actor=cast.hub, cohort=cohort, entries=[ENTRY, again])
    assert (caught.value.place, caught.value.field) == (1, "organisation")
    assert not Organisation.objects.filter(name="Riverside Youth").exists()
    assert not OutgoingMail.objects.filter(to="ana@example.org").exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_organisation_and_one_enrolment(cast, cohort):
    other = CohortFactory()

    def act(place: Cohort, name: str):
        entry = Entry(name, "Repair Crew", email="ana@example.org")
        return lambda: enrolling.enrol(actor=cast.hub, cohort=place, entries=[entry])

    results = outcomes(act(cohort, "Riverside Youth"), act(cohort, "RIVERSIDE YOUTH"))
    refused = [one for one in results if isinstance(one, CannotEnrol)]
    assert len(refused) == 1, results
    assert refused[0].field == "organisation"
    results = outcomes(act(cohort, "Harbour"), act(other, "HARBOUR"))
    assert all(isinstance(one, list) for one in results), results
    assert Organisation.objects.filter(name__iexact="harbour").count() == 1


def test_the_list_says_who_leads_and_who_waits(cast, cohort, sign_in, enrol):
    enrol()
    late = EnrolmentFactory(cohort=cohort, organisation__name="Late")
    letter = team.invite(
        actor=cast.hub, role=Role.LEAD, place=late.organisation, email="late@example.org"
    )
    past = timezone.now() - timedelta(days=1)
    Invitation.objects.filter(pk=letter.pk).update(
        expires_at=past, sent_at=past - timedelta(days=7)
    )
    EnrolmentFactory(cohort=cohort, state="withdrawn", withdrawn_on=date(2026, 10, 1))
    response = sign_in(cast.hub).get(reverse("organisations", args=[cohort.slug]))
    words = page(response).text
    assert "5 enrolled, 4 active, 1 withdrawn" in words
    assert "Ana Ruiz: invited, waiting until" in words
    assert "late@example.org: the letter has expired" in words
    assert str(cast.lead) in words
    assert "Withdrawn 1 Oct 2026" in words


def test_the_list_is_filtered_by_words_and_state(cast, cohort, sign_in):
    EnrolmentFactory(
        cohort=cohort, organisation__name="Paused One", state="paused", paused_on=date(2026, 10, 1)
    )
    EnrolmentFactory(cohort=CohortFactory(), organisation__name="Elsewhere")
    client, address = sign_in(cast.hub), reverse("organisations", args=[cohort.slug])

    def shown(**query) -> list[str]:
        return [
            str(row.enrolment.organisation) for row in client.get(address, query).context["rows"]
        ]

    assert shown(state="paused") == ["Paused One"]
    assert shown(words="paused") == ["Paused One"]
    assert shown(words=cast.enrolment.programme.name) == [cast.enrolment.organisation.name]
    assert shown(words=MatchFunder.objects.get().name) == [cast.enrolment.organisation.name]
    assert shown(words="Elsewhere") == []
    assert len(shown(words="", state="")) == 3


def test_counts(cohort):
    EnrolmentFactory(cohort=cohort, state="paused", paused_on=date(2026, 10, 1))
    assert str(enrolment_counts(cohort)) == "3 enrolled, 2 active, 1 paused, 0 withdrawn"
    assert str(enrolment_counts(CohortFactory())) == "0 enrolled, 0 active, 0 withdrawn"


def test_three_hundred_enrolments_cost_what_one_costs(cast, sign_in):
    few, many = CohortFactory(), CohortFactory()
    funder = MatchFunderFactory()
    for cohort, count in ((few, 1), (many, 300)):
        MembershipFactory(user=cast.hub, role=Role.HUB, cohort=cohort)
        organisations = Organisation.objects.bulk_create(
            Organisation(name=f"{cohort.slug} {n}") for n in range(count)
        )
        programmes = Programme.objects.bulk_create(
            Programme(organisation=one, name="P") for one in organisations
        )
        rows = Enrolment.objects.bulk_create(
            Enrolment(cohort=cohort, organisation=p.organisation, programme=p) for p in programmes
        )
        Membership.objects.bulk_create(
            Membership(user=cast.lead, role=Role.LEAD, organisation=one) for one in organisations
        )
        rows[0].match_funders.add(funder)
    client = sign_in(cast.hub)
    for name in ("organisations", "organisations_csv"):
        costs = []
        for cohort in (few, few, many, many):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                response = client.get(reverse(name, args=[cohort.slug]))
            assert response.status_code == 200
            costs.append(len(queries))
        assert costs[1] == costs[3], name
    assert response.content.count(b"\n") > 300


def change(client, row: Enrolment, **more):
    address = reverse("enrolment_change", args=[row.pk])
    given = page(client.get(address)).one("main").all("form")[0].fields()
    return client.post(address, {"read": given["read"], "name": "Repair Crew", **more})


def test_programme_and_funders_change_and_the_audit_says_so(cast, sign_in):
    row, client = cast.enrolment, sign_in(cast.hub)
    before = row.match_funders.get()
    response = change(client, row, description="They mend.", new_funders="Larkfield")
    assert response.status_code == 302
    row.programme.refresh_from_db()
    assert (row.programme.name, row.programme.description) == ("Repair Crew", "They mend.")
    assert [one.name for one in row.match_funders.all()] == ["Larkfield"]
    event = AuditEvent.objects.get(action="enrolment.funders_changed")
    added = MatchFunder.objects.get(name="Larkfield")
    assert (event.actor, event.data) == (cast.hub, {"added": [added.pk], "removed": [before.pk]})
    assert AuditEvent.objects.filter(action="programme.changed").count() == 1


def test_nothing_is_written_where_nothing_changes(cast, sign_in):
    row, client = cast.enrolment, sign_in(cast.hub)
    funders = [one.pk for one in row.match_funders.all()]
    change(client, row, name=row.programme.name, funders=funders)
    assert not AuditEvent.objects.filter(
        action__in=["programme.changed", "enrolment.funders_changed"]
    )


def test_a_programme_keeps_a_name_of_its_own(cast, sign_in):
    ProgrammeFactory(organisation=cast.enrolment.organisation, name="REPAIR  crew")
    response = change(sign_in(cast.hub), cast.enrolment)
    assert "another programme" in error(response, "name")


@pytest.mark.parametrize("how", ["ended", "left"])
def test_nothing_changes_where_it_is_over(cast, cohort, sign_in, how):
    row, client, day = cast.enrolment, sign_in(cast.hub), date(2027, 1, 1)
    mark = changing.read_mark(row)
    if how == "ended":
        Cohort.objects.update(closed_on=day)
    else:
        Enrolment.objects.filter(pk=row.pk).update(state="withdrawn", withdrawn_on=day)
    address = reverse("enrolment_change", args=[row.pk])
    shown = client.get(reverse("organisations", args=[cohort.slug])).content.decode()
    assert address not in shown
    given = {"read": mark, "name": "Renamed", "new_funders": "Larkfield"}
    for response in (client.get(address, follow=True), client.post(address, given, follow=True)):
        assert how in response.content.decode()
    with pytest.raises(Refused, match=how):
        changing.change(
            actor=cast.hub, enrolment=row, read=mark, name="R", description="", funders=[]
        )
    assert not AuditEvent.objects.filter(action="programme.changed").exists()
    assert not MatchFunder.objects.filter(name="Larkfield").exists()


@pytest.mark.parametrize("runs_both", [True, False])
def test_enrolling_describes_no_programme_of_another_hubs_cohort(cast, enrol, runs_both):
    theirs = EnrolmentFactory()
    if runs_both:
        MembershipFactory(user=cast.hub, role=Role.HUB, cohort=theirs.cohort)
    name = theirs.organisation.name
    assert enrol(organisation=name, programme=theirs.programme.name).status_code == 302
    theirs.programme.refresh_from_db()
    assert (theirs.programme.description == GIVEN["description"]) is runs_both
    assert AuditEvent.objects.filter(action="programme.changed").exists() is runs_both


def test_two_of_the_hub_at_once_see_both_texts(cast, sign_in):
    row, client = cast.enrolment, sign_in(cast.hub)
    old = changing.read_mark(row)
    change(client, row, description="The first.")
    response = client.post(
        reverse("enrolment_change", args=[row.pk]),
        {"read": old, "name": "Repair Crew", "description": "The second."},
    )
    assert response.status_code == 409
    words = response.content.decode()
    assert "The first." in words
    assert "The second." in words
    row.programme.refresh_from_db()
    assert row.programme.description == "The first."
    again = page(response).one("main").all("form")[0].fields()
    assert client.post(reverse("enrolment_change", args=[row.pk]), again).status_code == 302


def test_a_programme_of_another_hubs_cohort_is_not_renamed(cast, sign_in):
    row = cast.enrolment
    EnrolmentFactory(organisation=row.organisation, programme=row.programme)
    before = row.programme.name
    response = change(sign_in(cast.hub), row, name="Mine now", new_funders="Larkfield")
    assert response.status_code == 302
    row.programme.refresh_from_db()
    assert row.programme.name == before
    assert [one.name for one in row.match_funders.all()] == ["Larkfield"]


def test_a_letter_too_many_waits(cast, enrol, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"letters": (0, 3600)}
    assert enrol().status_code == 429
    assert not Organisation.objects.filter(name="Riverside Youth").exists()
