"""A coach at work in a real browser: by keys alone, with a poor connection, in two windows."""

import io

import pytest
from playwright.sync_api import Page, expect

from assessments.evidence.services import add_file
from calibration.models import Review
from tests.factories.assessment import note, started
from tests.factories.calibration import assigned, review_of
from tests.factories.files import pdf

pytestmark = pytest.mark.slow
CODE = "monitor.3"


@pytest.fixture
def review(transactional_db, cast) -> Review:
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code=CODE)
    add_file(
        actor=cast.lead,
        enrolment=cast.enrolment,
        upload=io.BytesIO(pdf(2)),
        name="registers.pdf",
        ratings=[rating],
    )
    note(cast.enrolment, cast.lead, rating, text="Seven calls to families.")
    return review_of(assigned(cast), cast.coach_a)


def address(review: Review, code: str = CODE) -> str:
    return f"/reviews/{review.pk}/criteria/{code}/"


def saved(page: Page) -> None:
    expect(page.locator("#save-status")).to_contain_text("Saved ")


def test_a_whole_framework_without_the_mouse(review, cast, window, axe) -> None:
    page = window(cast.coach_a)
    page.goto(f"/reviews/{review.pk}/")
    page.get_by_role("link", name="Begin: ").focus()
    page.keyboard.press("Enter")
    codes = list(review.ratings.values_list("criterion__code", flat=True))
    for place, code in enumerate(codes):
        page.wait_for_url(f"**{address(review, code)}")
        page.keyboard.press("3" if place else "c")
        if not place:
            page.keyboard.type("The file does not open.")
        saved(page)
        if place + 1 < len(codes):
            page.keyboard.press("Escape")
            page.keyboard.press("j")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/reviews/{review.pk}/submit/")
    axe(page)
    page.get_by_role("button", name="Submit my review").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your review is submitted")).to_be_visible()
    review.refresh_from_db()
    assert review.is_submitted
    assert review.ratings.filter(level=2).count() == 29


def test_keys_do_nothing_while_typing_and_can_be_switched_off(review, cast, window) -> None:
    page = window(cast.coach_a)
    page.goto(address(review))
    page.get_by_label("Commentary to the organisation").focus()
    page.keyboard.type("j k 1 c ?")
    saved(page)
    assert page.url.endswith(address(review))
    assert review.ratings.get(criterion__code=CODE).level is None
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Turn single keys off").press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("j")
    page.wait_for_timeout(500)
    assert page.url.endswith(address(review))
    assert review.ratings.get(criterion__code=CODE).level is None


def test_offline_says_so_stays_and_saves_later(review, cast, window) -> None:
    page = window(cast.coach_a)
    following = f"**{address(review, 'monitor.4')}"
    page.route(following, lambda route: route.abort())  # it is not fetched ahead
    page.goto(address(review))
    page.context.set_offline(True)
    page.keyboard.press("2")
    expect(page.locator("#save-status")).to_contain_text("Not saved yet")
    page.keyboard.press("j")
    expect(page.locator("[data-panel-notice]")).to_contain_text("that page cannot open now")
    assert page.url.endswith(address(review))
    page.unroute(following)
    page.context.set_offline(False)
    saved(page)
    expect(page.locator("#own-level")).to_contain_text("Yours is 1 step lower.")
    page.keyboard.press("j")
    page.wait_for_url(following)
    assert review.ratings.get(criterion__code=CODE).level == 1


def test_two_windows_of_ones_own(review, cast, window, axe) -> None:
    page = window(cast.coach_a)
    page.goto(address(review))
    other = page.context.new_page()
    other.problems = []
    other.goto(address(review))
    other.get_by_label("Commentary to the organisation").fill("The other window.")
    saved(other)
    page.get_by_label("Commentary to the organisation").fill("This window.")
    expect(page.get_by_role("heading", name="You changed this in two windows")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Keep this one").click()
    saved(page)
    expect(page.locator("#id_commentary")).to_have_value("This window.")
    assert review.ratings.get(criterion__code=CODE).commentary == "This window."


@pytest.mark.parametrize("width", [1280, 390])
def test_evidence_beside_the_form(review, cast, window, axe, width: int) -> None:
    page = window(cast.coach_a, width=width)
    page.goto(address(review))
    frame = page.frame_locator("iframe[name=evidence-frame]")
    expect(frame.get_by_text("Page 1 of 2", exact=True)).to_be_visible()
    frame.get_by_role("link", name="Next").click()
    expect(frame.get_by_text("Page 2 of 2", exact=True)).to_be_visible()
    picture = frame.locator("img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_role("link", name="Seven calls").click()
    expect(frame.get_by_text("Seven calls to families.").last).to_be_visible()
    page.get_by_label("Persuaded me: Seven calls").check()
    page.get_by_label("Which passage? Seven calls").fill("the last line")
    saved(page)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert review.ratings.get(criterion__code=CODE).spotlights.get().passage == "the last line"


def test_without_javascript(review, cast, window) -> None:
    page = window(cast.coach_a, javascript=False)
    page.goto(address(review))
    page.get_by_role("radio", name="Little").check()
    page.get_by_label("What would lift it one level?").fill("A term of registers.")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(f"**{address(review, 'monitor.4')}")
    assert review.ratings.get(criterion__code=CODE).lift == "A term of registers."
