"""The main job in a browser: sign in, rate, attach, meet a colleague, submit, take the PDF home."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from assessments.models import Assessment, Evidence, Rating
from tests.factories.assessment import open_framework, rate_all, started
from tests.worker import broker, worker  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WORDS = "Registers are kept for every group, and we moved the start to 6 pm because of them."


def saved(page: Page) -> None:
    expect(page.locator("#save-status")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


def test_journey(cast, window, axe, sample, worker) -> None:  # noqa: F811
    worker()
    open_framework(cast.enrolment)
    page = window(cast.lead)
    axe(page)
    page.get_by_role("button", name="Start the self-assessment").click()
    expect(page.get_by_role("heading", name="How confident are you?")).to_be_visible()
    axe(page)

    page.get_by_role("link", name=re.compile("Attendance and attrition")).first.click()
    axe(page)
    page.keyboard.press("3")
    page.get_by_label("What makes you confident, or not?").fill(WORDS)
    saved(page)
    rating = Rating.objects.get(criterion__code="monitor.3")
    assert (rating.level, rating.justification) == (2, WORDS)

    good = sample("registers.csv", b"week,present\n1,9\n")
    bad = sample("registers.pdf", b"MZ this is a programme")
    page.locator("#id_files").set_input_files([good, bad])
    expect(page.locator("#evidence-panel")).to_contain_text("registers.csv")
    expect(page.get_by_text(re.compile("registers.pdf")).first).to_be_visible()
    assert [piece.original_name for piece in Evidence.objects.all()] == ["registers.csv"]
    axe(page)

    meet_a_colleague(cast, window, axe, page)

    assessment = Assessment.objects.get()
    rate_all(assessment, cast.lead)
    page.goto(f"/assessments/{assessment.pk}/check/")
    axe(page)
    page.get_by_role("link", name=re.compile("submit", re.IGNORECASE)).last.click()
    axe(page)
    page.get_by_role("main").get_by_role("button", name=re.compile("Submit")).click()
    expect(page).to_have_url(re.compile("/submitted/"))
    axe(page)

    page.goto(f"/assessments/{assessment.pk}/results/")
    axe(page)
    page.get_by_role("button", name=re.compile("PDF")).click()
    axe(page)
    link = page.get_by_role("link", name=re.compile("Download"))
    expect(link).to_be_visible(timeout=60_000)
    axe(page)
    with page.expect_download() as download:
        link.click()
    text = read_pdf(download.value.path().read_bytes())
    assert cast.enrolment.organisation.name in text
    assert "We keep registers." in text
    assert "not a pass mark" in text.lower()


def meet_a_colleague(cast, window, axe, page: Page) -> None:
    """Two windows on one criterion: the later save is told, and nothing typed is lost."""
    other = window(cast.member)
    other.goto(page.url)
    other.get_by_label("What makes you confident, or not?").fill("The member's own words.")
    saved(other)
    page.get_by_label("What makes you confident, or not?").fill("The lead's later words.")
    conflict = page.locator("[data-conflict]")
    expect(conflict).to_contain_text("The member's own words.")
    expect(conflict).to_contain_text("The lead's later words.")
    expect(conflict).to_contain_text(cast.member.name)
    axe(page)
    page.get_by_role("button", name="Save the joined text").click()
    saved(page)
    words = Rating.objects.get(criterion__code="monitor.3").justification
    assert "The member's own words." in words
    assert "The lead's later words." in words


def read_pdf(content: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split()
    )


def test_without_javascript(cast, window, sample) -> None:
    assessment = started(cast.enrolment, cast.lead)
    page = window(cast.lead, javascript=False)
    page.goto(f"/assessments/{assessment.pk}/criteria/design.1/")
    page.get_by_label("Little confidence").check()
    page.get_by_label("What makes you confident, or not?").fill("Typed without JavaScript.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#save-status")).to_contain_text("Last saved")
    page.locator("#id_files").set_input_files(sample("note.txt", b"Minutes of May."))
    page.get_by_role("button", name="Upload").click()
    rating = Rating.objects.get(criterion__code="design.1")
    assert (rating.level, rating.justification) == (1, "Typed without JavaScript.")
    assert rating.uses.get().evidence.original_name == "note.txt"


def test_keyboard_alone(cast, window) -> None:
    """Rate a criterion and go on to the next without the mouse."""
    assessment = started(cast.enrolment, cast.lead)
    page = window(cast.lead)
    page.goto(f"/assessments/{assessment.pk}/criteria/design.1/")
    page.keyboard.press("4")
    saved(page)
    page.get_by_label("What makes you confident, or not?").focus()
    page.keyboard.type("By keyboard.")
    saved(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "next":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("design.2"))
    assert Rating.objects.get(criterion__code="design.1").level == 3


def test_a_level_beside_a_reason_asks_which_is_kept(cast, window, axe) -> None:
    assessment = started(cast.enrolment, cast.lead)
    page = window(cast.lead, width=390)
    page.goto(f"/assessments/{assessment.pk}/criteria/design.1/")
    page.get_by_text("We cannot rate this").click()
    page.get_by_label("Why can this not be rated?").fill("Not run yet.")
    saved(page)
    which = page.get_by_text("Only one of the two is kept")
    expect(which).to_be_hidden()
    page.get_by_label("Moderate confidence").check()
    expect(which).to_be_in_viewport()
    expect(page.locator("#save-status")).to_contain_text("Not saved yet")
    axe(page)
    page.get_by_role("button", name="Keep the level, clear the reason").click()
    expect(which).to_be_hidden()
    saved(page)
    rating = Rating.objects.get(criterion__code="design.1")
    assert (rating.level, rating.cannot_rate_reason) == (2, "")


def test_words_survive_a_broken_connection(cast, window) -> None:
    assessment = started(cast.enrolment, cast.lead)
    page = window(cast.lead)
    page.goto(f"/assessments/{assessment.pk}/criteria/design.1/")
    page.context.set_offline(True)
    page.get_by_label("What makes you confident, or not?").fill("Typed on a train.")
    expect(page.locator("#save-status")).to_contain_text("Not saved yet")
    page.context.set_offline(False)
    saved(page)
    assert Rating.objects.get(criterion__code="design.1").justification == "Typed on a train."


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(cast, window, width: int) -> None:
    assessment = started(cast.enrolment, cast.lead)
    page = window(cast.lead, width=width)
    base = f"/assessments/{assessment.pk}/"
    library = f"/enrolments/{cast.enrolment.pk}/evidence/"
    for path in ("/", base, f"{base}criteria/monitor.3/", f"{base}check/", library, "/help/"):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide at {width}"
