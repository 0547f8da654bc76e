"""Nothing typed is ever lost: signed out, another person, the connection cut, two windows."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect

from assessments.models import Assessment, Rating
from assessments.submission.services import submit_assessment
from calibration.models import Review
from tests.browser.conftest import sign_in
from tests.factories.assessment import rate_all, started
from tests.factories.calibration import assigned, review_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WORDS = "What makes you confident, or not?"
SIGNED_OUT = "You were signed out. Sign in in a new tab and this is saved."


def status(page: Page):
    return page.locator("#save-status")


def saved(page: Page) -> None:
    expect(status(page)).to_contain_text(re.compile(r"Saved \d\d:\d\d"), timeout=20_000)


def type_words(page: Page, words: str) -> None:
    page.get_by_label(WORDS).press_sequentially(words)


def justification(code: str = "design.1") -> str:
    return Rating.objects.get(criterion__code=code).justification


def wait_until(page: Page, true: Callable[[], bool]) -> None:
    """Fails after ten seconds."""
    for _ in range(50):
        if true():
            return
        page.wait_for_timeout(200)
    assert true()


@pytest.fixture
def address(cast) -> Callable[[str], str]:
    assessment = started(cast.enrolment, cast.lead)
    return lambda code="design.1": f"/assessments/{assessment.pk}/criteria/{code}/"


@pytest.fixture
def review(transactional_db, cast) -> Review:
    return review_of(assigned(cast), cast.coach_a)


def elsewhere(context: BrowserContext) -> Page:
    page = context.new_page()
    page.problems = []
    return page


def kept(page: Page) -> list[str]:
    """What this tab keeps of anybody's words."""
    return [
        key
        for key in page.evaluate("Object.keys(sessionStorage)")
        if key.startswith(("unsent:", "draft:"))
    ]


def sign_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


# The session ends


def cookie_gone(page: Page) -> None:
    page.context.clear_cookies()


def session_gone(_page: Page) -> None:
    Session.objects.all().delete()


def out_in_another_tab(page: Page) -> None:
    other = elsewhere(page.context)
    sign_out(other)
    other.close()


@pytest.mark.parametrize("lose", [cookie_gone, session_gone, out_in_another_tab])
def test_words_typed_while_signed_out_are_saved_after_signing_in(cast, window, address, lose):
    page = window(cast.lead)
    page.goto(address())
    lose(page)
    type_words(page, "Typed while signed out.")
    expect(status(page)).to_contain_text(SIGNED_OUT)
    expect(page.get_by_label(WORDS)).to_have_value("Typed while signed out.")
    assert page.locator("#id_login, #id_password").count() == 0
    with page.context.expect_page() as opened:
        status(page).get_by_role("link", name="Sign in in a new tab").click()
    opened.value.problems = []
    sign_in(opened.value, cast.lead)
    page.bring_to_front()
    saved(page)
    assert justification() == "Typed while signed out."
    type_words(page, " And on.")
    saved(page)
    assert justification().endswith("And on.")


def test_who_goes_on_signed_out_is_told_why_it_waits_and_can_sign_in(cast, window, address):
    page = window(cast.lead)
    page.goto(address())
    page.wait_for_load_state("networkidle")
    cookie_gone(page)
    type_words(page, "Typed, then gone on.")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/criteria/design.2/")
    unsent = page.locator(".unsent")
    expect(unsent).to_have_text(
        "1 not sent yet – you were signed out. Sign in in a new tab to send. "
    )
    expect(unsent.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
    type_words(page, "Here as well.")
    expect(status(page)).to_have_text(SIGNED_OUT)
    expect(unsent).to_have_text("1 not sent yet. ")


def test_a_changed_token_costs_no_word(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    page.context.clear_cookies(name="csrftoken")
    type_words(page, "The token changed.")
    saved(page)
    assert justification() == "The token changed."


def test_another_person_in_the_same_browser_gets_nothing_of_it(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    other = elsewhere(page.context)
    sign_out(other)
    sign_in(other, cast.member)
    type_words(page, "The lead's own words.")
    expect(status(page)).to_contain_text("somebody else is signed in")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_timeout(1500)
    assert justification() == ""
    # The same tab, opened anew by the other person: said plainly, still saved for nobody.
    page.goto(address())
    expect(page.get_by_text("somebody else typed")).to_be_visible()
    expect(page.get_by_label(WORDS)).to_have_value("")
    assert justification() == ""
    sign_out(other)
    sign_in(other, cast.lead)
    page.goto(address())
    saved(page)
    rating = Rating.objects.get(criterion__code="design.1")
    assert (rating.justification, rating.updated_by) == ("The lead's own words.", cast.lead)


def test_a_signed_out_panel_keeps_what_it_shows(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    page.get_by_text("Write a note").click()
    page.get_by_label("Title").fill("Calls")
    page.locator("#id_note_text").fill("Seven calls to families.")
    cookie_gone(page)
    page.get_by_role("button", name="Add this note").click()
    notice = page.locator("[data-panel-notice]")
    expect(notice).to_contain_text("You were signed out, so that did not arrive.")
    expect(page.locator("#id_note_text")).to_have_value("Seven calls to families.")
    assert page.get_by_role("heading", name="Sign in").count() == 0
    sign_in(elsewhere(page.context), cast.lead)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(notice).to_be_hidden()
    page.get_by_role("button", name="Add this note").click()
    expect(page.locator("#evidence-uses")).to_contain_text("Calls")


def test_nothing_is_kept_after_signing_out(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    page.route("**/autosave/", lambda route: route.abort())
    type_words(page, "Never to be saved.")
    expect(status(page)).to_contain_text("no connection")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
    assert asked == ["One answer is not saved yet. Sign out and lose that?"]
    assert kept(page) == []


def test_nothing_is_kept_after_signing_out_everywhere(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    page.route("**/autosave/", lambda route: route.abort())
    type_words(page, "Never to be saved.")
    expect(status(page)).to_contain_text("no connection")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/account/")
    assert kept(page)
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/accounts/login/")
    assert kept(page) == []


# The keyboard alone


def test_a_key_three_tabs_and_the_words_rate_a_criterion(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    page.keyboard.press("3")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_label(WORDS)).to_be_focused()
    page.keyboard.type("By key.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/criteria/design.2/")
    rating = Rating.objects.get(criterion__code="design.1")
    assert (rating.level, rating.justification) == (2, "By key.")


def test_ctrl_enter_in_another_form_of_the_page_does_not_go_on(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    page.get_by_text("Write a note").click()
    page.locator("#id_note_text").fill("Seven calls.")
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(500)
    assert page.url.endswith("/criteria/design.1/")
    expect(page.locator("#id_note_text")).to_be_focused()


def test_a_coach_comes_from_the_answer_to_the_words_in_two_tabs(review, cast, window) -> None:
    page = window(cast.coach_a)
    page.goto(f"/reviews/{review.pk}/criteria/design.1/")
    page.keyboard.press("2")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Commentary to the organisation")).to_be_focused()


# The connection goes


def test_ten_criteria_with_the_connection_cut(review, cast, window) -> None:
    page = window(cast.coach_a)
    codes = list(review.ratings.values_list("criterion__code", flat=True))[:11]
    page.goto(f"/reviews/{review.pk}/criteria/{codes[0]}/")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    for code in codes[:10]:
        page.wait_for_url(f"**/criteria/{code}/")
        page.keyboard.press("3")
        page.get_by_label("Commentary to the organisation").fill(f"Offline, {code}.")
        page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/criteria/{codes[10]}/")
    expect(page.locator(".unsent")).to_contain_text("10 not sent yet – no connection")
    page.go_back()
    expect(page.get_by_label("Commentary to the organisation")).to_have_value(
        f"Offline, {codes[9]}."
    )
    assert set(review.ratings.values_list("version", flat=True)) == {0}
    page.context.set_offline(False)
    expect(page.locator(".unsent")).to_be_hidden(timeout=30_000)
    saved(page)
    ratings = review.ratings.filter(criterion__code__in=codes[:10])
    assert {one.level for one in ratings} == {2}
    assert {one.commentary for one in ratings} == {f"Offline, {code}." for code in codes[:10]}


def test_ten_criteria_over_a_poor_connection(review, cast, window) -> None:
    """Slow, and every third answer is lost after it was given."""
    page = window(cast.coach_a)
    codes = list(review.ratings.values_list("criterion__code", flat=True))[:11]
    page.goto(f"/reviews/{review.pk}/criteria/{codes[0]}/")
    count = 0

    def poor(route) -> None:
        nonlocal count
        count += 1
        if count % 3:
            route.continue_()
        else:
            route.fetch()
            route.abort()

    page.route("**/autosave/", poor)
    network = page.context.new_cdp_session(page)
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 300,
            "downloadThroughput": 60_000,
            "uploadThroughput": 30_000,
        },
    )
    for code in codes[:10]:
        page.wait_for_url(f"**/criteria/{code}/", timeout=30_000)
        page.keyboard.press("2")
        page.get_by_label("Commentary to the organisation").fill(f"Slowly, {code}.")
        page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(f"**/criteria/{codes[10]}/", timeout=30_000)
    expect(page.locator(".unsent")).to_be_hidden(timeout=60_000)
    assert page.locator("[data-conflict]").count() == 0
    ratings = review.ratings.filter(criterion__code__in=codes[:10])
    assert {one.level for one in ratings} == {1}
    assert {one.commentary for one in ratings} == {f"Slowly, {code}." for code in codes[:10]}


@pytest.mark.parametrize("how", ["Save", "Save and go on", "link", "nav"])
def test_no_button_and_no_link_leads_to_the_browsers_error_page(cast, window, address, how) -> None:
    page = window(cast.lead)
    page.route("**/criteria/design.2/", lambda route: route.abort())
    page.goto(address())
    page.context.set_offline(True)
    type_words(page, "Typed on a train.")
    if how == "link":
        page.get_by_role("link", name="→").click()
    elif how == "nav":
        page.get_by_role("banner").get_by_role("link", name="Home").click()
    else:
        page.get_by_role("button", name=how, exact=how == "Save").click()
    expect(status(page)).to_contain_text("Your words are kept in this tab")
    if how != "Save":
        notice = page.locator("[data-panel-notice]")
        expect(notice).to_contain_text("that page cannot open now")
    expect(page.get_by_label(WORDS)).to_have_value("Typed on a train.")
    page.context.set_offline(False)
    saved(page)
    expect(page.locator("[data-panel-notice]")).to_be_hidden()
    assert justification() == "Typed on a train."


@pytest.mark.parametrize("how", ["reload", "back"])
def test_what_is_not_saved_comes_back(cast, window, address, how) -> None:
    page = window(cast.lead)
    page.goto("/help/")
    page.goto(address())
    page.route("**/autosave/", lambda route: route.abort())
    type_words(page, "Not lost.")
    expect(status(page)).to_contain_text("Your words are kept in this tab")
    if how == "back":
        page.go_back()
        expect(page.locator("[data-unsent]")).to_contain_text("1 not sent yet")
        page.go_forward()
    else:
        page.reload()
    expect(page.get_by_label(WORDS)).to_have_value("Not lost.")
    expect(status(page)).to_contain_text("Your words are kept in this tab")
    page.unroute("**/autosave/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    assert justification() == "Not lost."


def test_what_comes_back_too_late_is_shown_to_be_copied(cast, window, address) -> None:
    """Handed in meanwhile: nothing can be chosen any more, and the words are still there."""
    page = window(cast.lead)
    page.goto(address())
    page.route("**/autosave/", lambda route: route.abort())
    type_words(page, "Typed too late.")
    expect(status(page)).to_contain_text("Your words are kept in this tab")
    assessment = Assessment.objects.get()
    rate_all(assessment, cast.member)
    submit_assessment(actor=cast.lead, assessment=assessment)
    page.unroute("**/autosave/")
    page.goto(address())
    unsent = page.locator("[data-unsent]")
    expect(unsent).to_contain_text("can no longer be changed")
    unsent.get_by_text("What you wrote, to copy").click()
    expect(unsent.get_by_text("Typed too late.")).to_be_visible()
    unsent.get_by_role("button", name="Drop it").click()
    expect(unsent).to_be_hidden()
    assert kept(page) == []


def test_what_comes_back_meets_what_a_colleague_saved(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    page.route("**/autosave/", lambda route: route.abort())
    type_words(page, "The lead's words.")
    expect(status(page)).to_contain_text("Your words are kept in this tab")
    other = window(cast.member)
    other.goto(address())
    type_words(other, "The member's words.")
    saved(other)
    page.unroute("**/autosave/")
    page.goto("/help/")
    expect(page.locator("[data-unsent]")).to_contain_text("was changed elsewhere too")
    page.locator("[data-unsent]").get_by_role("link").click()
    conflict = page.locator("[data-conflict]")
    expect(conflict).to_contain_text("The lead's words.")
    expect(conflict).to_contain_text("The member's words.")
    page.get_by_role("button", name="Save the joined text").click()
    saved(page)
    assert justification() == "The lead's words.\n\nThe member's words."
    assert kept(page) == []


# Leaving, and what stays in view


def test_leaving_within_a_second_saves_without_a_question(cast, window, address) -> None:
    page = window(cast.lead)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(address())
    type_words(page, "Quickly.")
    page.evaluate("window.location.assign('/help/')")
    page.wait_for_url("**/help/")
    wait_until(page, lambda: justification() == "Quickly.")
    wait_until(page, lambda: kept(page) == [])
    assert asked == []


def test_closing_the_tab_within_a_second_saves(cast, window, address) -> None:
    page = window(cast.lead)
    page.goto(address())
    type_words(page, "And gone.")
    page.close(run_before_unload=True)
    other = window(cast.member)
    wait_until(other, lambda: justification() == "And gone.")


def test_the_status_and_save_stay_in_view(cast, window, address, axe) -> None:
    page = window(cast.lead)
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address())
        for place in ("top", "words", "bottom"):
            if place == "words":
                page.get_by_label(WORDS).focus()
                expect(page.get_by_label(WORDS)).to_be_in_viewport()
            if place == "bottom":
                page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            expect(status(page)).to_be_in_viewport(ratio=1)
            expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport(ratio=1)
        box = page.locator(".save-bar").bounding_box()
        assert box["height"] < 160, width
        axe(page)
