"""A year is set up in three browsers: the hub, a lead from the mail, and who leads after them."""

import re

import pytest
from playwright.sync_api import Page, expect

from accelerator.models import Cohort, Enrolment, Membership, OutgoingMail, Role, User
from assessments.models import Assessment
from tests.factories.assessment import confidence_framework
from tests.factories.signing_in import give_second_factor

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long walk by the sea"
DAYS = ("2027-01-11", "2027-03-01", "2027-05-03", "2027-07-05", "2027-12-06")


def link_for(email: str) -> str:
    """The address in the newest letter to somebody, as they would follow it."""
    letter = OutgoingMail.objects.filter(to=email).order_by("-pk").first()
    return re.search(r"/invitations/\S+", letter.text)[0]


def join(page: Page, email: str, name: str, axe) -> None:
    """Follow the letter, make an account and land on home."""
    page.goto(link_for(email))
    axe(page)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account and join").click()
    expect(page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    axe(page)


def overflows(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_a_year_is_set_up_and_a_team_brought(cast, window, axe) -> None:
    confidence_framework()
    give_second_factor(cast.hub)
    hub = window(cast.hub)
    open_a_cohort(hub, axe)
    enrol(hub, axe, "Harbour Lights", "Boat crew", "ines@harbour.example")
    enrol(hub, axe, "Moor End Allotments", "Young growers", "tom@moorend.example")
    expect(hub.get_by_text("2 enrolled, 2 active, 0 withdrawn")).to_be_visible()

    lead = window(width=390)
    join(lead, "ines@harbour.example", "Ines Okafor", axe)
    assert overflows(lead) <= 0
    bring(lead, axe, "Senior sponsor", "ruth@harbour.example")
    bring(lead, axe, "Team member", "ali@harbour.example")
    lead.goto("/")
    lead.get_by_role("button", name="Start the self-assessment").click()
    expect(lead.get_by_role("heading", name="How confident are you?")).to_be_visible()
    assessment = Assessment.objects.get(enrolment__organisation__name="Harbour Lights")

    after = window(width=390)
    join(after, "ali@harbour.example", "Ali Demir", axe)
    hand_over(lead, axe)
    removed_and_gone(after, lead, assessment)

    hub.goto("/cohorts/spring-2027/organisations/")
    expect(hub.get_by_text("Ali Demir")).to_be_visible()
    other = sign_in_again(window, "ali@harbour.example")
    other.goto(f"/assessments/{assessment.pk}/")
    expect(other.get_by_role("heading", name="How confident are you?")).to_be_visible()


def open_a_cohort(hub: Page, axe) -> None:
    hub.goto("/")
    hub.get_by_role("navigation", name="Main").get_by_role("link", name="Cohorts").click()
    hub.get_by_role("link", name="Open a new cohort").click()
    axe(hub)
    hub.get_by_label("Name", exact=True).fill("Spring 2027")
    for name, day in zip(
        ("starts_on", "explore_due", "calibrate_due", "improve_due", "review_due"),
        (DAYS[0], DAYS[2], DAYS[1], *DAYS[3:]),
        strict=True,
    ):
        hub.locator(f"#id_{name}").fill(day)
    framework = hub.locator("#id_framework")
    framework.select_option(index=framework.locator("option").count() - 1)
    main = hub.get_by_role("main")
    main.get_by_role("button", name=re.compile("Open")).click()
    expect(main.get_by_text("this is too early").first).to_be_visible()
    axe(hub)
    hub.locator("#id_explore_due").fill(DAYS[1])
    hub.locator("#id_calibrate_due").fill(DAYS[2])
    main.get_by_role("button", name=re.compile("Open")).click()
    expect(hub).to_have_url(re.compile("/cohorts/spring-2027/"))
    axe(hub)
    own = Membership.objects.filter(cohort=Cohort.objects.get(slug="spring-2027"))
    assert [one.role for one in own] == [Role.HUB]


def enrol(hub: Page, axe, organisation: str, programme: str, lead: str) -> None:
    """By keyboard alone, from the cohort's list."""
    hub.goto("/cohorts/spring-2027/organisations/")
    axe(hub)
    hub.get_by_role("link", name="Enrol an organisation").focus()
    hub.keyboard.press("Enter")
    hub.get_by_label("Organisation").focus()
    hub.keyboard.type(organisation)
    hub.keyboard.press("Tab")
    hub.keyboard.type(programme)
    axe(hub)
    hub.get_by_label("The lead’s e-mail address").focus()
    hub.keyboard.type(lead)
    hub.keyboard.press("Enter")
    expect(hub.get_by_role("link", name=organisation, exact=True)).to_be_visible()


def bring(lead: Page, axe, role: str, email: str) -> None:
    lead.get_by_role("navigation", name="Main").get_by_role("link", name="People").click()
    axe(lead)
    assert overflows(lead) <= 0
    lead.get_by_label("E-mail address").fill(email)
    lead.get_by_role("radio", name=re.compile(f"^{role}")).check()
    lead.get_by_role("button", name="Send the invitation").click()
    expect(lead.get_by_text(f"We wrote to {email}")).to_be_visible()


def hand_over(lead: Page, axe) -> None:
    lead.get_by_role("navigation", name="Main").get_by_role("link", name="People").click()
    lead.get_by_role("link", name=re.compile("Hand over")).click()
    axe(lead)
    lead.get_by_role("radio", name=re.compile("Ali Demir")).check()
    lead.get_by_role("button", name="Hand over").click()
    expect(lead.get_by_text("Ali Demir is project lead now")).to_be_visible()


def removed_and_gone(after: Page, before: Page, assessment: Assessment) -> None:
    """The new lead removes the old one, whose next click opens nothing; the work stays."""
    after.goto(f"/enrolments/{assessment.enrolment_id}/people/")
    after.get_by_role("link", name="Remove Ines Okafor").click()
    after.get_by_role("main").get_by_role("button").click()
    expect(after.get_by_text("Ines Okafor is no longer")).to_be_visible()
    assert before.goto(f"/assessments/{assessment.pk}/").status == 404
    ines = User.objects.get(email="ines@harbour.example")
    assert not Membership.objects.filter(user=ines).exists()
    assert assessment.started_by == ines
    enrolment = Enrolment.objects.get(pk=assessment.enrolment_id)
    roles = dict(
        Membership.objects.filter(organisation=enrolment.organisation).values_list(
            "user__name", "role"
        )
    )
    assert roles == {"Ali Demir": Role.LEAD}


def sign_in_again(window, email: str) -> Page:
    page = window()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Hello, Ali Demir")).to_be_visible()
    return page


def test_names_without_a_space_widen_no_page(cast, window) -> None:
    """Welsh places have sixty letters, and nobody puts a space into an address."""
    cohort, programme = cast.enrolment.cohort, cast.enrolment.programme
    for row in (cohort, programme, cast.enrolment.organisation, cast.lead, cast.moderator):
        row.name = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2
        row.save(update_fields=["name"])
    cast.enrolment.match_funders.create(name="Cronfa" * 20)
    at_cohort, at_enrolment = f"/cohorts/{cohort.slug}", f"/enrolments/{cast.enrolment.pk}"
    tabs = ("", "people/", "dates/", "consents/", "commitment/", "profile/", "programme/")
    pages = [
        "/cohorts/",
        *(f"{at_cohort}/{one}" for one in ("", "people/", "settings/", "copy/", "close/")),
        *(f"{at_cohort}/organisations/{one}" for one in ("", "enrol/", "spreadsheet/")),
        *(f"{at_enrolment}/{one}" for one in tabs),
    ]
    page = window(cast.hub, width=320)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        wide = [one for one in pages if page.goto(one).ok and overflows(page) > 0]
        assert wide == [], width
