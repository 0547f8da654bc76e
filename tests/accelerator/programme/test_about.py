"""An organisation in its cohort: its profile, its consents and the sponsor's commitment."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accelerator.models import AuditEvent, Cohort, Commitment, Consent, Enrolment, Profile, Role
from accelerator.programme.about.queries import history as history_queries
from accelerator.programme.about.services import consents
from accelerator.programme.about.services.commitment import sign
from accelerator.programme.about.services.profile import Meanwhile, save_profile
from accelerator.programme.enrolment import Refused
from tests.conftest import with_whole_team
from tests.factories.assessment import started
from tests.factories.programme import MembershipFactory
from tests.together import outcomes

pytestmark = pytest.mark.django_db
Kind = Consent.Kind


@pytest.fixture
def cast(cast):
    return with_whole_team(cast)


def address(cast, name, *more) -> str:
    return reverse(name, args=[cast.enrolment.pk, *more])


def text(response) -> str:
    return " ".join(response.content.decode().split())


def has_left(enrolment) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(state="withdrawn", withdrawn_on="2026-12-01")


# The frame


def test_everybody_of_the_organisation_its_adviser_and_the_hub_read_every_tab(cast, sign_in):
    tabs = ("enrolment", "team", "dates", "consents", "commitment")
    for name in tabs:
        for role in ("lead", "reader", "adviser", "hub"):
            page = text(sign_in(getattr(cast, role)).get(address(cast, name)))
            for other in tabs:
                assert f'href="{address(cast, other)}"' in page
            assert page.count('<a href="' + address(cast, name) + '" aria-current="page"') >= 1


def test_home_leads_there(cast, sign_in):
    for role in ("lead", "sponsor"):
        page = text(sign_in(getattr(cast, role)).get(reverse("home")))
        assert f'href="{address(cast, "enrolment")}"' in page
    cohort = text(sign_in(cast.hub).get(reverse("cohort", args=[cast.enrolment.cohort.slug])))
    assert f'href="{address(cast, "enrolment")}"' in cohort


# The profile


FULL = {
    "impact_focus": "2",
    "social_action_years": "4",
    "team_size": "12",
    "turnover": "to_500k",
    "setting": "school",
    "read": "0",
}


def test_a_lead_says_what_they_are_and_history_keeps_it(cast, sign_in, monkeypatch):
    edit = address(cast, "profile_edit")
    page = sign_in(cast.lead).get(edit)
    for words in (
        "Type 4. Organisations that don",
        "Initial Report on the Second",
        "ranks anybody",
    ):
        assert words in text(page)
    page = text(sign_in(cast.lead).post(edit, FULL, follow=True))
    for words in ("The profile is saved.", "Type 2. Organisations that have", "In schools"):
        assert words in page
    given = FULL | {"team_size": "14", "turnover": "", "read": "1"}
    page = text(sign_in(cast.hub).post(edit, given, follow=True))
    history = page.partition("Who changed what")[2]
    assert "People in the team: 12 → 14" in history
    assert "Turnover: £100,000 to £499,999 → not said" in history
    assert "People in the team: not said → 12" in history
    assert history.index(str(cast.hub)) < history.index(str(cast.lead)), "the newest first"
    assert [one.data["changed"] for one in AuditEvent.objects.filter(action="profile.saved")] == [
        ["team_size", "turnover"],
        ["impact_focus", "setting", "social_action_years", "team_size", "turnover"],
    ]
    monkeypatch.setattr(history_queries, "MOST", 1)
    newest = text(sign_in(cast.hub).get(address(cast, "enrolment"))).partition("Who changed")[2]
    assert "People in the team: 12 → 14" in newest
    assert "People in the team: not said → 12" not in newest


def test_all_of_it_is_optional_and_nothing_said_writes_nothing(cast, sign_in):
    page = text(sign_in(cast.lead).post(address(cast, "profile_edit"), {"read": "0"}, follow=True))
    assert "Nothing is said yet, and nothing has to be." in page
    assert not Profile.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"team_size": "-1"}, "team_size"),
        ({"team_size": "9" * 30}, "team_size"),
        ({"social_action_years": "201"}, "social_action_years"),
        ({"social_action_years": "ten"}, "social_action_years"),
        ({"impact_focus": "5"}, "impact_focus"),
        ({"turnover": "huge"}, "turnover"),
        ({"read": "now"}, "read"),
    ],
)
def test_what_cannot_be_is_explained_and_the_rest_is_kept(cast, sign_in, change, field):
    response = sign_in(cast.lead).post(address(cast, "profile_edit"), FULL | change)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert "There is a problem" in text(response)
    assert not Profile.objects.exists()


def test_two_who_write_at_once_see_both(cast, sign_in):
    edit = address(cast, "profile_edit")
    sign_in(cast.lead).post(edit, FULL)
    stale = sign_in(cast.hub).post(edit, FULL | {"team_size": "99"})
    assert stale.status_code == 409
    page = text(stale)
    for words in ("What it says now", "Saved by Lead", "<dd>12</dd>", 'value="99"'):
        assert words in page
    assert Profile.objects.get().team_size == 12
    read = stale.context["form"]["read"].value()
    again = sign_in(cast.hub).post(edit, FULL | {"team_size": "99", "read": read})
    assert again.status_code == 302
    assert Profile.objects.get().team_size == 99


@pytest.mark.django_db(transaction=True)
def test_the_first_two_saves_at_once_make_one_profile(cast):
    def save():
        return save_profile(
            actor=cast.lead, enrolment=cast.enrolment, read_version=0, values={"team_size": 3}
        )

    done = outcomes(save, save)
    assert sum(isinstance(one, Meanwhile) for one in done) == 1
    assert Profile.objects.get().version == 1


# Consents


def test_a_consent_is_given_withdrawn_and_both_stay_in_the_record(cast, sign_in):
    page = text(sign_in(cast.sponsor).post(address(cast, "consent_give", "wall"), follow=True))
    assert 'Given</b> <span class="soft">by Sponsor' in page
    assert "Nothing has been published about this cohort yet." in page
    assert Consent.objects.standing().filter(kind=Kind.WALL).count() == 1
    ask = text(sign_in(cast.lead).get(address(cast, "consent_withdraw", "wall")))
    for words in ("No report that is published from now on", "Nothing has been published"):
        assert words in ask
    page = text(sign_in(cast.lead).post(address(cast, "consent_withdraw", "wall"), follow=True))
    assert "withdrawn by Lead" in page
    assert not Consent.objects.standing().exists()
    actions = AuditEvent.objects.filter(action__startswith="consent").order_by("pk")
    assert [(one.action, one.data["kind"]) for one in actions] == [
        ("consent.given", "wall"),
        ("consent.withdrawn", "wall"),
    ]


def test_withdrawing_says_what_is_out(cast, sign_in):
    consents.give_consent(actor=cast.lead, enrolment=cast.enrolment, kind=Kind.WALL)
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(published_at="2027-10-05T12:00Z")
    page = text(sign_in(cast.lead).get(address(cast, "consent_withdraw", "wall")))
    assert "first published something about this cohort on 5 October 2027" in page
    assert "What is out cannot be called back" in page


def test_twice_is_said_and_changes_nothing(cast, sign_in):
    client = sign_in(cast.lead)
    for _ in range(2):
        page = text(client.post(address(cast, "consent_give", "quotes"), follow=True))
    assert "This consent is given already." in page
    assert Consent.objects.count() == 1
    for _ in range(2):
        page = text(client.post(address(cast, "consent_withdraw", "quotes"), follow=True))
    assert "does not stand" in page
    assert Consent.objects.get().withdrawn_by == cast.lead
    assert client.post(address(cast, "consent_give", "all"), {}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_given_twice_at_once_it_stands_once(cast):
    def give():
        return consents.give_consent(actor=cast.lead, enrolment=cast.enrolment, kind=Kind.WALL)

    done = outcomes(give, give)
    assert sum(isinstance(one, consents.GivenAlready) for one in done) == 1
    assert Consent.objects.count() == 1


def test_who_has_left_withdraws_and_gives_nothing(cast, sign_in):
    consents.give_consent(actor=cast.lead, enrolment=cast.enrolment, kind=Kind.WALL)
    has_left(cast.enrolment)
    client = sign_in(cast.lead)
    page = text(client.get(address(cast, "consents")))
    assert address(cast, "consent_withdraw", "wall") in page
    assert address(cast, "consent_give", "quotes") not in page
    page = text(client.post(address(cast, "consent_give", "quotes"), follow=True))
    assert "left the cohort on" in page
    assert client.post(address(cast, "consent_withdraw", "wall")).status_code == 302
    assert not Consent.objects.standing().exists()


def test_only_those_who_agreed_see_one_another(cast, sign_in):
    page = address(cast, "consents")
    for enrolment, lead in ((cast.other, cast.outsider), (cast.enrolment, cast.lead)):
        assert cast.outsider.email not in text(sign_in(cast.lead).get(page))
        consents.give_consent(actor=lead, enrolment=enrolment, kind=Kind.CONTACT)
    shown = text(sign_in(cast.lead).get(page))
    for words in (cast.outsider.email, cast.other.programme.name, cast.other.organisation.name):
        assert words in shown
    theirs = text(sign_in(cast.outsider).get(reverse("consents", args=[cast.other.pk])))
    assert cast.lead.email in theirs
    assert cast.deputy.email not in theirs
    assert cast.outsider.email not in text(sign_in(cast.adviser).get(page))
    has_left(cast.other)
    assert cast.outsider.email not in text(sign_in(cast.lead).get(page))
    Enrolment.objects.update(state="active", withdrawn_on=None)
    consents.withdraw_consent(actor=cast.outsider, enrolment=cast.other, kind=Kind.CONTACT)
    assert cast.outsider.email not in text(sign_in(cast.lead).get(page))


def test_who_has_left_is_neither_seen_nor_sees_others(cast, sign_in):
    for enrolment, lead in ((cast.other, cast.outsider), (cast.enrolment, cast.lead)):
        consents.give_consent(actor=lead, enrolment=enrolment, kind=Kind.CONTACT)
    has_left(cast.enrolment)
    assert cast.outsider.email not in text(sign_in(cast.lead).get(address(cast, "consents")))
    theirs = reverse("consents", args=[cast.other.pk])
    assert cast.lead.email not in text(sign_in(cast.outsider).get(theirs))


# The commitment


GIVEN = {
    "lead_days_a_month": "2.5",
    "lead_seniority": "Senior manager",
    "team_hours_a_month": "30",
    "agreed": "on",
}


def test_the_sponsor_is_asked_signs_and_all_concerned_read_it(cast, sign_in):
    cast.sponsor.memberships.update(job_role="Chief executive")
    ask = "Sign the opening commitment"
    assert ask in text(sign_in(cast.sponsor).get(reverse("home")))
    assert ask not in text(sign_in(cast.lead).get(reverse("home")))
    assert "It waits for Sponsor" in text(sign_in(cast.lead).get(address(cast, "commitment")))
    done = text(sign_in(cast.sponsor).post(address(cast, "commitment_sign"), GIVEN, follow=True))
    assert "The commitment is signed." in done
    for reader in (cast.reader, cast.adviser, cast.hub):
        page = text(sign_in(reader).get(address(cast, "commitment")))
        for words in ("2.5 days a month", "Senior manager", "30 hours", "Sponsor, Chief executive"):
            assert words in page
    assert ask not in text(sign_in(cast.sponsor).get(reverse("home")))
    assert AuditEvent.objects.get(action="commitment.signed").actor == cast.sponsor


def test_a_new_one_takes_its_place_and_the_same_twice_is_one(cast, sign_in):
    client = sign_in(cast.sponsor)
    for days in ("2.5", "2.5", "10"):
        client.post(address(cast, "commitment_sign"), GIVEN | {"lead_days_a_month": days})
    assert Commitment.objects.count() == 2
    stands, _, before = text(client.get(address(cast, "commitment"))).partition("Signed before")
    assert "10 days a month" in stands
    assert "2.5 days a month" in before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lead_days_a_month": "0"}, "lead_days_a_month"),
        ({"lead_days_a_month": "-3"}, "lead_days_a_month"),
        ({"lead_days_a_month": "1e9"}, "lead_days_a_month"),
        ({"lead_days_a_month": "NaN"}, "lead_days_a_month"),
        ({"team_hours_a_month": "-1"}, "team_hours_a_month"),
        ({"team_hours_a_month": "2001"}, "team_hours_a_month"),
        ({"lead_seniority": "\u200b "}, "lead_seniority"),
        ({"agreed": ""}, "agreed"),
    ],
)
def test_what_cannot_be_signed_is_explained(cast, sign_in, change, field):
    response = sign_in(cast.sponsor).post(address(cast, "commitment_sign"), GIVEN | change)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert not Commitment.objects.exists()


def test_without_a_sponsor_the_page_says_to_invite_one(cast, sign_in):
    cast.sponsor.memberships.all().delete()
    page = text(sign_in(cast.lead).get(address(cast, "commitment")))
    assert "There is no senior sponsor yet. Invite one" in page
    assert f"{address(cast, 'team')}#invite" in page
    assert "#invite" not in text(sign_in(cast.reader).get(address(cast, "commitment")))


def test_a_sponsor_who_has_gone_stays_named(cast, sign_in):
    sign(
        actor=cast.sponsor,
        enrolment=cast.enrolment,
        lead_days_a_month=Decimal(1),
        lead_seniority="Director",
        team_hours_a_month=5,
    )
    cast.sponsor.memberships.all().delete()
    MembershipFactory(role=Role.SPONSOR, organisation=cast.enrolment.organisation)
    assert "<dd>Sponsor, " in text(sign_in(cast.lead).get(address(cast, "commitment")))


def test_nothing_is_said_or_signed_for_who_has_left(cast, sign_in):
    assert "Sign the opening" in text(sign_in(cast.sponsor).get(reverse("home")))
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(closed_on="2026-12-01")
    assert "Sign the opening" not in text(sign_in(cast.sponsor).get(reverse("home")))
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(closed_on=None)
    has_left(cast.enrolment)
    assert "Sign the opening" not in text(sign_in(cast.sponsor).get(reverse("home")))
    page = sign_in(cast.sponsor).post(address(cast, "commitment_sign"), GIVEN, follow=True)
    assert "left the cohort on" in text(page)
    page = sign_in(cast.lead).post(address(cast, "profile_edit"), FULL, follow=True)
    assert "left the cohort on" in text(page)
    with pytest.raises(Refused):
        save_profile(
            actor=cast.lead, enrolment=cast.enrolment, read_version=0, values={"team_size": 3}
        )
    assert not Commitment.objects.exists()
    assert not Profile.objects.exists()


def test_whom_to_tell_of_a_worry_is_known_where_evidence_is_added(cast, sign_in) -> None:
    contact = "Ros Adeyemi, 020 7946 0123"
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(safeguarding_contact=contact)
    member = sign_in(cast.member)
    assert contact in text(member.get(address(cast, "enrolment")))
    assessment = started(cast.enrolment, cast.lead)
    page = text(member.get(reverse("assessments:criterion", args=[assessment.pk, "monitor.3"])))
    assert f"{address(cast, 'enrolment')}#safeguarding" in page
