"""Forms that are sent once keep what is typed until it has arrived: decisions, answers, words."""

import re

import pytest
from playwright.sync_api import Page, expect

from assessments.models import Evidence
from calibration.desk.services import lease
from calibration.models import Calibration, Decision, EvidenceRequest
from calibration.reviewing.services import requests
from tests.browser.conftest import sign_in
from tests.factories.assessment import note, started
from tests.factories.calibration import both_in, scored

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CODE = "monitor.3"


def drafts(page: Page) -> list[str]:
    return [key for key in page.evaluate("Object.keys(sessionStorage)") if key.startswith("draft:")]


@pytest.fixture
def at_the_desk(cast) -> Calibration:
    calibration = both_in(cast)
    lease.take_lease(actor=cast.moderator, calibration=calibration)
    return calibration


def test_a_decision_outlives_the_connection_and_a_reload(at_the_desk, cast, window, axe) -> None:
    page = window(cast.moderator)
    address = f"/calibrations/{at_the_desk.pk}/desk/{CODE}/"
    page.goto(address)
    page.get_by_role("radio", name=re.compile("Little")).first.check(force=True)
    page.get_by_role("button", name="Add more of your own words").click()
    page.locator("[data-words]").last.fill("Words of the moderator.")
    page.get_by_label(re.compile("Why this level")).fill("Both said so.")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your words are kept in this tab").first).to_be_visible()
    page.get_by_role("link", name="Leave it for now").press("Shift+Tab")
    page.get_by_role("banner").get_by_role("link", name="Home").click()
    expect(page.get_by_text("That page cannot open").first).to_be_visible()
    page.context.set_offline(False)
    page.goto("/")
    page.goto(address)
    expect(page.get_by_text("What you had typed here is back.").first).to_be_visible()
    axe(page)
    expect(page.get_by_label(re.compile("Why this level"))).to_have_value("Both said so.")
    assert "Words of the moderator." in [
        words.input_value() for words in page.locator("[data-words]").all()
    ]
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("decided, Little")).to_be_visible()
    decision = Decision.objects.get(criterion__code=CODE)
    assert (decision.level, decision.rationale) == (1, "Both said so.")
    assert "Words of the moderator." in decision.commentary
    assert drafts(page) == []


def test_an_answer_outlives_the_session(cast, window) -> None:
    asked = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=scored(cast), question="What changed?"
    )
    page = window(cast.lead)
    page.goto(f"/requests/{asked.pk}/answer/")
    page.get_by_label("Your answer").fill("We moved the start to 6 pm.")
    page.get_by_role("button", name="Check your answer").click()
    expect(page.get_by_role("heading", name="Send this answer?")).to_be_visible()
    page.context.clear_cookies()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("You were signed out, so this was not sent.").first).to_be_visible()
    other = page.context.new_page()
    other.problems = []
    sign_in(other, cast.lead)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer has gone to both coaches.")).to_be_visible()
    assert EvidenceRequest.objects.get().answer == "We moved the start to 6 pm."
    assert drafts(page) == []


def test_a_description_meets_a_colleagues(cast, window, axe) -> None:
    started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, text="Minutes")
    page, other = window(cast.lead, width=390), window(cast.member)
    for one in (page, other):
        one.goto(f"/evidence/{piece.pk}/")
    other.get_by_label("Description").fill("By the member.")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Name").fill("")
    page.get_by_label("Description").fill("By the lead.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_label("Name").fill("Minutes of May")
    page.get_by_role("button", name="Save").click()
    conflict = page.locator("[data-conflict]")
    expect(conflict).to_contain_text("By the member.")
    expect(page.get_by_label("Description")).to_have_value("By the lead.")
    axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Evidence.objects.get().description == "By the lead."
    assert drafts(page) == []


def test_an_enrolment_outlives_the_session_and_a_reload(cast, window, axe) -> None:
    page = window(cast.hub)
    address = f"/cohorts/{cast.enrolment.cohort.slug}/organisations/enrol/"
    page.goto(address)
    page.get_by_label("Organisation").fill("Harbour Lights")
    page.get_by_label("Programme", exact=True).fill("Boat crew")
    page.context.clear_cookies()
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_text("You were signed out, so this was not sent.").first).to_be_visible()
    other = page.context.new_page()
    other.problems = []
    sign_in(other, cast.hub)
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody leads this organisation yet")
    page.goto("/")
    page.goto(address)
    expect(page.get_by_text("What you had typed here is back.").first).to_be_visible()
    expect(page.get_by_label("Programme", exact=True)).to_have_value("Boat crew")
    axe(page)
    page.get_by_label("The lead’s e-mail address").fill("ines@harbour.example")
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_text("Harbour Lights is enrolled with Boat crew.")).to_be_visible()
    assert drafts(page) == []


def test_each_form_of_a_cohort_and_an_organisation_is_kept(cast, window) -> None:
    """Without a connection each says so in its place, and what was typed stands."""
    enrolment, cohort = f"/enrolments/{cast.enrolment.pk}", cast.enrolment.cohort.slug
    forms = {
        "hub": [
            ("/cohorts/new/", "#id_name"),
            (f"/cohorts/{cohort}/settings/", "#id_aims"),
            (f"/cohorts/{cohort}/people/", "#id_name"),
            (f"{enrolment}/programme/", "#id_description"),
            (f"{enrolment}/dates/explore/", "#id_reason"),
        ],
        "lead": [
            (f"{enrolment}/people/", "#id_name"),
            (f"{enrolment}/profile/", "#id_team_size"),
            (f"{enrolment}/busy/", "#id_what"),
        ],
        "sponsor": [(f"{enrolment}/commitment/sign/", "#id_lead_seniority")],
    }
    for who, pages in forms.items():
        page = window(getattr(cast, who))
        for address, field in pages:
            page.goto(address)
            page.locator(field).fill("12")
            page.context.set_offline(True)
            page.locator(f"form:has({field}) [type=submit]").click()
            expect(page.get_by_text("Your words are kept in this tab").first).to_be_visible()
            expect(page.locator(field)).to_have_value("12")
            page.context.set_offline(False)
