"""Learning Hub staff remove a name by clicking from home; staff anonymise a person."""

import os

import pytest

from accelerator.models import User
from assessments.models import Rating
from tests.factories.assessment import note, submitted
from tests.factories.evidence import rows_that_hold
from tests.factories.programme import UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECRET = "Zephyrine Quillfeather"


def look(page, name: str) -> None:
    """A picture for whoever builds the page, where SHOTS says so."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_name_is_found_and_removed_everywhere(window, axe, cast, width: int) -> None:
    assessment = submitted(cast.enrolment, cast.lead, justification="We keep registers.")
    note(cast.enrolment, cast.lead, text=f"{SECRET} comes on Mondays, with her brother.")
    note(cast.enrolment, cast.lead, text=f"A letter that thanks {SECRET} for her patience.")
    page = window(cast.hub, width=width)
    page.locator(f"main a[href='/cohorts/{cast.enrolment.cohort.slug}/']").first.click()
    page.get_by_role("link", name=f"Erase words of {cast.enrolment.organisation.name}").click()
    axe(page)
    look(page, f"texts-{width}")
    page.get_by_label("Find texts that contain").fill("quillfeather")
    page.get_by_role("button", name="Find").click()
    look(page, f"found-{width}")
    page.get_by_role("link", name="Evidence: the note itself").first.click()
    axe(page)
    look(page, f"text-{width}")
    page.get_by_label("Only these words of it").fill(SECRET)
    page.get_by_role("button", name="Show what goes").click()
    axe(page)
    page.get_by_label("They name a child or young person").check()
    page.get_by_label("Why are they removed?").fill("A young person is named.")
    look(page, f"shown-{width}")
    page.get_by_role("button", name="Remove for good").click()
    page.get_by_text("The words are removed for good.").wait_for()
    look(page, f"removed-{width}")
    assert rows_that_hold(SECRET) == []
    assert Rating.objects.filter(assessment=assessment, level=2).count() == 30


def test_somebody_who_leaves_is_anonymised(window, axe, cast) -> None:
    staff = UserFactory(name="Staff", is_staff=True)
    page = window(staff)
    page.goto("/account/")
    page.get_by_role("link", name="People").click()
    axe(page)
    look(page, "people")
    page.get_by_role("link", name="Anonymise Member").click()
    axe(page)
    page.get_by_label("Why?").fill("They asked for it.")
    look(page, "anonymise")
    page.get_by_role("button", name="Anonymise for good").click()
    page.get_by_text("They are anonymised.").wait_for()
    assert User.objects.get(pk=cast.member.pk).name == "a former member"
