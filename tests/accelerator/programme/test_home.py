"""Everybody's first page, their own account, help, and the demonstration's front door."""

import pytest
from django.urls import reverse

from accelerator.models import AuditEvent, Cohort, Enrolment
from accelerator.programme.accounts.demo import ACCOUNTS
from assessments.rating.services import save_rating
from calibration.assigning.services import assigning
from tests.factories.assessment import answers, open_framework, rate_all, started, submitted
from tests.factories.programme import EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
OWN = ("lead", "member", "sponsor")
OTHERS = ("hub", "moderator", "coach_a", "coach_b", "funder", "stranger")


def home(sign_in, user):
    return sign_in(user).get(reverse("home"))


def headline(response) -> str:
    (journey,) = response.context["journeys"]
    return journey.phase.headline


@pytest.mark.parametrize("role", OWN)
def test_an_organisations_people_see_their_own_enrolment_and_no_other(
    cast, sign_in, role: str
) -> None:
    page = home(sign_in, getattr(cast, role))
    text = page.content.decode()
    assert [journey.enrolment for journey in page.context["journeys"]] == [cast.enrolment]
    assert cast.enrolment.programme.name in text
    assert cast.other.organisation.name not in text
    assert cast.other.programme.name not in text


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_see_no_organisations_work_here(cast, sign_in, role: str) -> None:
    started(cast.enrolment, cast.lead)
    page = home(sign_in, getattr(cast, role))
    assert page.status_code == 200
    assert page.context["journeys"] == []
    assert cast.enrolment.programme.name not in page.content.decode()


def test_somebody_without_a_part_is_told_whom_to_ask(cast, sign_in) -> None:
    text = home(sign_in, cast.stranger).content.decode()
    assert "You are not part of a programme yet" in text
    assert "Learning Hub" in text


def test_a_match_funder_is_told_what_they_read(cast, sign_in) -> None:
    text = home(sign_in, cast.funder).content.decode()
    assert "Nothing is published for you" in text
    assert "You are not part of a programme yet" not in text


def test_the_next_step_follows_the_assessment(cast, sign_in) -> None:
    assert headline(home(sign_in, cast.lead)) == "The framework is not open yet"
    open_framework(cast.enrolment)
    page = home(sign_in, cast.lead)
    assert headline(page) == "Begin by looking at where you are"
    assert reverse("assessments:start", args=[cast.enrolment.pk]) in page.content.decode()
    assessment = started(cast.enrolment, cast.lead)
    page = home(sign_in, cast.lead)
    assert headline(page) == "0 of 30 rated"
    assert reverse("assessments:overview", args=[assessment.pk]) in page.content.decode()


def buttons(page) -> list[str]:
    (journey,) = page.context["journeys"]
    return [one.label for one in [journey.phase.button, *journey.phase.links] if one]


def test_the_sponsor_is_invited_to_read_and_never_to_rate(cast, sign_in) -> None:
    open_framework(cast.enrolment)
    seen = []

    def look() -> None:
        page = home(sign_in, cast.sponsor)
        (journey,) = page.context["journeys"]
        seen.append((journey.phase.headline, journey.phase.text, buttons(page)))

    look()
    assessment = started(cast.enrolment, cast.lead)
    look()
    rate_all(assessment, cast.lead)
    look()
    assert [labels for _, _, labels in seen] == [
        ["Evidence library"],
        ["Read it so far", "The framework", "Evidence library"],
        ["Read all answers", "The framework", "Evidence library"],
    ]
    words = " ".join(f"{headline} {text}" for headline, text, _ in seen)
    for invitation in ("You rate", "you typed", "to go", "Carry on", "hand it in"):
        assert invitation not in words
    assert "Read it so far" not in buttons(home(sign_in, cast.member))


def test_what_cannot_be_rated_is_in_the_count(cast, sign_in) -> None:
    assessment = started(cast.enrolment, cast.lead)
    for rating, given in zip(
        assessment.ratings.all(),
        (answers(2), answers(None, "", cannot_rate_reason="We have one site.")),
        strict=False,
    ):
        save_rating(actor=cast.lead, rating=rating, read_version=0, answers=given)
    assert headline(home(sign_in, cast.lead)) == "1 of 30 rated, 1 cannot be rated"


def test_after_handing_in_home_says_who_acts_next(cast, sign_in) -> None:
    calibration = assigning.open_calibration(
        actor=cast.hub, assessment=submitted(cast.enrolment, cast.lead)
    )
    page = home(sign_in, cast.sponsor)
    assert headline(page) == "Next, the Learning Hub asks two coaches"
    assigning.assign_coaches(
        actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
    )
    assert headline(home(sign_in, cast.sponsor)) == "Two coaches are looking at it"


def test_a_submitted_assessment_moves_the_journey_on(cast, sign_in) -> None:
    submitted(cast.enrolment, cast.lead)
    (journey,) = home(sign_in, cast.lead).context["journeys"]
    assert [step.state for step in journey.steps] == ["done", "now", "later", "later"]
    assert journey.due == cast.enrolment.cohort.calibrate_due


def test_every_step_says_when_it_is_due(cast, sign_in) -> None:
    (journey,) = home(sign_in, cast.lead).context["journeys"]
    assert [step.when for step in journey.steps] == [
        "due 14 Nov 2026",
        "due 15 Jan 2027",
        "due 31 Mar 2027",
        "due 1 Sep 2027",
    ]
    assert [step.state for step in journey.steps] == ["now", "later", "later", "later"]


def test_a_withdrawn_organisation_reads_and_is_asked_for_nothing(cast, sign_in) -> None:
    started(cast.enrolment, cast.lead)
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(
        state="withdrawn", withdrawn_on="2026-10-01"
    )
    page = home(sign_in, cast.lead)
    (journey,) = page.context["journeys"]
    assert journey.phase.headline == "This organisation left the cohort on 1 October 2026"
    assert journey.phase.button is None
    assert journey.due is None
    assert "now" not in [step.state for step in journey.steps]


def test_more_enrolments_cost_no_more_queries(
    cast, sign_in, django_assert_max_num_queries, django_assert_num_queries
) -> None:
    client = sign_in(cast.lead)
    client.get(reverse("home"))
    with django_assert_max_num_queries(20) as before:
        client.get(reverse("home"))
    EnrolmentFactory.create_batch(2, organisation=cast.enrolment.organisation)
    with django_assert_num_queries(len(before)):
        page = client.get(reverse("home"))
    assert len(page.context["journeys"]) == 3


def test_home_and_account_are_for_people_who_signed_in(client) -> None:
    for name in ("home", "account"):
        assert client.get(reverse(name)).url == f"/accounts/login/?next={reverse(name)}"
    assert client.get(reverse("help")).status_code == 200


def test_a_person_renames_themselves_and_it_is_recorded(cast, sign_in) -> None:
    client = sign_in(cast.member)
    answer = client.post(reverse("account"), {"name": "  Zoë O’Neill <b> "}, follow=True)
    cast.member.refresh_from_db()
    assert cast.member.name == "Zoë O’Neill <b>"
    assert "Your name is saved." in answer.content.decode()
    assert "Zoë O’Neill &lt;b&gt;" in answer.content.decode()
    event = AuditEvent.objects.get(action="person.renamed")
    assert (event.actor, event.target) == (cast.member, f"accelerator.user:{cast.member.pk}")


@pytest.mark.parametrize("name", ["", "   ", "x" * 151])
def test_a_name_that_cannot_be_is_explained_beside_its_field(cast, sign_in, name: str) -> None:
    was = cast.member.name
    answer = sign_in(cast.member).post(reverse("account"), {"name": name})
    text = answer.content.decode()
    cast.member.refresh_from_db()
    assert cast.member.name == was
    assert not AuditEvent.objects.filter(action="person.renamed").exists()
    (error,) = answer.context["form"].errors["name"]
    assert text.count(error) >= 2, "in the summary and beside the field"
    assert 'aria-invalid="true"' in text
    assert 'href="#id_name"' in text
    assert text.count("<title>Error") == 1
    if name.strip():
        assert name in text, "what was typed is kept"


def test_the_account_page_lists_only_ones_own_roles_in_words(cast, sign_in) -> None:
    page = sign_in(cast.hub).get(reverse("account"))
    assert [row["role_label"] for row in page.context["memberships"]] == ["Learning Hub staff"]
    assert cast.enrolment.cohort.name in page.content.decode()
    assert cast.enrolment.organisation.name not in page.content.decode()


def test_posting_an_address_or_a_right_to_the_account_page_changes_neither(cast, sign_in) -> None:
    before = cast.member.email
    sign_in(cast.member).post(
        reverse("account"),
        {"name": "Tom", "email": "new@example.org", "is_staff": "on", "is_superuser": "on"},
    )
    cast.member.refresh_from_db()
    assert (cast.member.name, cast.member.email) == ("Tom", before)
    assert not cast.member.is_staff
    assert not cast.member.is_superuser


@pytest.fixture
def demo_people(db):
    return {account.email: UserFactory(email=account.email) for account in ACCOUNTS}


def demo_sign_in(client, email: str):
    return client.post(reverse("demo_sign_in"), {"email": email})


def test_in_demo_mode_one_click_signs_in(client, settings, demo_people) -> None:
    settings.DEMO_MODE = True
    page = client.get(reverse("account_login")).content.decode()
    for account in ACCOUNTS:
        assert f'value="{account.email}"' in page
        answer = demo_sign_in(client, account.email)
        assert answer.url == reverse("home")
        assert client.get(reverse("home")).context["user"] == demo_people[account.email]


def test_outside_demo_mode_there_is_no_such_door(client, demo_people) -> None:
    assert 'name="email"' not in client.get(reverse("account_login")).content.decode()
    assert demo_sign_in(client, ACCOUNTS[0].email).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("email", ["", "person@example.org", "LEAD@demo.example", "x@demo.example"])
def test_in_demo_mode_only_the_demos_people_come_in(
    client, settings, demo_people, email: str
) -> None:
    settings.DEMO_MODE = True
    UserFactory(email="person@example.org", is_superuser=True)
    UserFactory(email="x@demo.example")
    assert demo_sign_in(client, email).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_demo_account_that_was_switched_off_stays_out(client, settings, demo_people) -> None:
    settings.DEMO_MODE = True
    lead = demo_people["lead@demo.example"]
    lead.is_active = False
    lead.save()
    demo_sign_in(client, lead.email)
    assert client.get(reverse("home")).status_code == 302


def test_every_page_of_a_demonstration_says_that_it_is_one(cast, sign_in, settings) -> None:
    banner = "Synthetic demonstration data. No real organisation is described."
    client = sign_in(cast.lead)
    for name in ("home", "help", "account"):
        settings.DEMO_MODE = False
        assert banner not in client.get(reverse(name)).content.decode()
        settings.DEMO_MODE = True
        assert banner in client.get(reverse(name)).content.decode()


def test_the_hub_reads_how_far_its_cohort_is_and_that_it_is_closed(cast, sign_in) -> None:
    assert "2 organisations; 0 self-assessments handed in." in text_of(home(sign_in, cast.hub))
    submitted(cast.enrolment, cast.lead)
    Enrolment.objects.filter(pk=cast.other.pk).delete()
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(closed_on="2027-09-02")
    said = "Closed on 2 September 2027. 1 organisation; 1 self-assessment handed in."
    assert said in text_of(home(sign_in, cast.hub))


def text_of(response) -> str:
    return " ".join(response.content.decode().split())
