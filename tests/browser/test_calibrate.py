"""From two blind windows to the organisation's page: review, reveal, settle, release."""

import re

import pytest
from playwright.sync_api import Page, expect

from calibration.assigning.services import assigning
from calibration.models import Calibration, Decision
from tests.factories.assessment import submitted
from tests.factories.calibration import rate_review, review_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CODE = "monitor.3"


def rate(page: Page, review, key: str, words: str) -> None:
    page.goto(f"/reviews/{review.pk}/criteria/{CODE}/")
    page.keyboard.press(key)
    page.get_by_label(re.compile("Commentary")).fill(words)
    page.get_by_label(re.compile("lift it one level")).fill("Write down one decision.")
    expect(page.locator("#save-status")).to_contain_text("Saved ")


def hand_in(page: Page, review, axe) -> None:
    page.goto(f"/reviews/{review.pk}/submit/")
    axe(page)
    page.get_by_role("button", name="Submit my review").click()
    page.wait_for_url(re.compile(r"/reviews/|/reveal/"))


def test_two_windows_to_release(cast, window, axe) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    calibration = assigning.open_calibration(actor=cast.hub, assessment=assessment)
    hub = window(cast.hub)
    hub.goto(f"/calibrations/{calibration.pk}/assign/")
    axe(hub)
    hub.get_by_role("button", name="Assign both").click()
    expect(hub).to_have_url(re.compile("/cohorts/"))
    axe(hub)

    first, second = window(cast.coach_a), window(cast.coach_b)
    reviews = [review_of(calibration, coach) for coach in (cast.coach_a, cast.coach_b)]
    for review, level in zip(reviews, (1, 1), strict=True):
        rate_review(review, level)
    rate(first, reviews[0], "2", "Registers for two groups of five.")
    rate(second, reviews[1], "3", "Regular review is plain from the minutes.")
    axe(second)
    hand_in(first, reviews[0], axe)
    second.goto(f"/calibrations/{calibration.pk}/reveal/")
    expect(second.get_by_role("heading", level=1)).not_to_contain_text("Side by side")
    second.goto("/reviews/")
    axe(second)
    hand_in(second, reviews[1], axe)
    assert Calibration.objects.get().state == Calibration.State.BOTH_IN

    second.goto(f"/calibrations/{calibration.pk}/reveal/")
    expect(second.get_by_text(re.compile("chose the same level for 29 of 30"))).to_be_visible()
    axe(second)
    settle(cast, window, axe, calibration)

    hub.goto(f"/calibrations/{calibration.pk}/release/")
    axe(hub)
    hub.get_by_role("button", name="Release it now").click()
    hub.wait_for_load_state()
    assert Calibration.objects.get().state == Calibration.State.RELEASED

    lead = window(cast.lead)
    axe(lead)
    lead.get_by_role("link", name="Read it").click()
    expect(lead.get_by_role("heading", name="Your calibrated framework")).to_be_visible()
    expect(lead.get_by_text("Registers for two groups of five.").first).to_be_visible()
    axe(lead)
    phone = window(cast.lead, width=390)
    phone.goto(lead.url)
    wide = phone.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    axe(phone)


def settle(cast, window, axe, calibration) -> None:
    """The moderator confirms what agrees and decides the one criterion that does not."""
    page = window(cast.moderator)
    page.goto(f"/calibrations/{calibration.pk}/desk/")
    axe(page)
    page.get_by_role("button", name=re.compile("Take the desk")).first.click()
    page.wait_for_load_state()
    page.goto(f"/calibrations/{calibration.pk}/agreements/")
    axe(page)
    page.get_by_role("button", name=re.compile("Confirm all")).click()
    page.wait_for_load_state()
    assert Decision.objects.count() == 29
    page.goto(f"/calibrations/{calibration.pk}/desk/{CODE}/")
    axe(page)
    page.get_by_role("radio", name=re.compile("Little")).first.check(force=True)
    page.get_by_role("button", name=re.compile("Decide")).click()
    expect(page.get_by_role("heading", name="Everything is decided")).to_be_visible()
    decision = Decision.objects.get(criterion__code=CODE)
    assert decision.level == 1
    assert "Registers for two groups of five." in decision.commentary
    assert Calibration.objects.get().state == Calibration.State.AGREED
