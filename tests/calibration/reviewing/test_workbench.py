"""One criterion of a coach's review: save, two windows, what persuaded them, a third coach."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import Role
from calibration.assigning.services import assigning
from calibration.models import Calibration
from calibration.reviewing.services import requests, reviewing
from tests.factories.assessment import note, started
from tests.factories.calibration import (
    assigned,
    both_in,
    judgement,
    review_of,
    scored,
    submit,
)
from tests.factories.programme import MembershipFactory
from tests.factories.workbench import CODE, data, mine, url


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.coach_a)


# One criterion


def test_the_criterion_page_shows_their_answer_and_evidence(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code=CODE)
    piece = note(cast.enrolment, cast.lead, rating)
    elsewhere = note(cast.enrolment, cast.lead, assessment.ratings.first(), text="Elsewhere")
    calibration = assigned(cast)
    page = client.get(url("rate", review_of(calibration, cast.coach_a), CODE)).content.decode()
    assert "We keep registers." in page
    assert reverse("assessments:evidence_view", args=[piece.pk]) in page
    assert 'sandbox="allow-same-origin"' in page
    assert str(elsewhere.pk) not in page
    for part in ("16 of 30", "What would convince a sceptical friend?", "Moderate"):
        assert part in page


def test_the_criterion_page_has_the_same_queries_with_more_evidence(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    first = assessment.ratings.get(criterion__code=CODE)
    third = assessment.ratings.get(criterion__code="monitor.4")
    for rating, count in ((first, 1), (third, 3)):
        for number in range(count):
            note(cast.enrolment, cast.lead, rating, text=f"Note {number} of {rating.pk}")
    calibration = assigned(cast)
    for rating, count in ((first, 1), (third, 3)):
        for number in range(count):
            requests.ask_for_evidence(
                actor=cast.coach_b,
                calibration=calibration,
                question=f"Question {number}?",
                criterion=rating.criterion,
            )
    own = review_of(calibration, cast.coach_a)
    counts = []
    for code in (CODE, "monitor.4"):
        client.get(url("rate", own, code))  # remembers the place
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url("rate", own, code)).content.decode()
        counts.append(len(asked))
    assert page.count("Question ") == 3
    assert counts[0] == counts[1]


def test_save_keeps_everything_and_goes_on(cast, review, client) -> None:
    answer = client.post(
        url("rate", review, CODE),
        data(
            answer="2",
            lift="Keep a year.",
            sureness="unsure",
            cause="missing",
            private_note="Ask again.",
            action="next",
        ),
    )
    assert answer.url == url("rate", review, "monitor.4")
    rating = mine(review.calibration, cast.coach_a)
    assert (rating.level, rating.commentary, rating.lift) == (
        2,
        "Registers are kept.",
        "Keep a year.",
    )
    assert (rating.sureness, rating.cause, rating.private_note, rating.version) == (
        "unsure",
        "missing",
        "Ask again.",
        1,
    )
    review.calibration.refresh_from_db()
    assert review.calibration.state == Calibration.State.SCORING


def test_the_last_criterion_goes_on_to_the_check(review, client) -> None:
    last = review.ratings.order_by("-criterion__position").first().criterion.code
    answer = client.post(url("rate", review, last), data(action="next"))
    assert answer.url == url("review_submit", review)


def test_the_lowest_level_is_a_level(cast, review, client) -> None:
    client.post(url("rate", review, CODE), data(answer="0", lift="Begin."))
    assert mine(review.calibration, cast.coach_a).level == 0
    page = client.get(url("rate", review, CODE)).content.decode()
    assert re.search(r'value="0"[^>]* checked', page)


def test_cannot_judge_needs_a_reason(cast, review, client) -> None:
    answer = client.post(url("rate", review, CODE), data(answer="cannot"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Say why you cannot judge this." in page
    assert "Registers are kept." in page
    assert re.search(r'value="cannot"[^>]* checked', page)
    client.post(
        url("rate", review, CODE), data(answer="cannot", cannot_judge_reason="It does not open.")
    )
    rating = mine(review.calibration, cast.coach_a)
    assert (rating.level, rating.cannot_judge_reason) == (None, "It does not open.")
    client.post(
        url("rate", review, CODE), data(1, answer="1", cannot_judge_reason="It does not open.")
    )
    rating.refresh_from_db()
    assert (rating.level, rating.cannot_judge_reason) == (1, "")


def test_while_typing_a_missing_reason_is_no_error(cast, review, client) -> None:
    answer = client.post(url("rate_autosave", review, CODE), data(answer="cannot"))
    assert answer.status_code == 200
    assert mine(review.calibration, cast.coach_a).commentary == "Registers are kept."


@pytest.mark.parametrize(
    "wrong", [{"answer": "4"}, {"sureness": "very"}, {"cause": "x"}, {"version": ""}]
)
def test_what_is_not_offered_is_refused_and_nothing_typed_is_lost(cast, review, client, wrong):
    answer = client.post(url("rate", review, CODE), data() | wrong)
    assert answer.status_code == 422
    assert "data-error-summary" in answer.content.decode()
    assert "Registers are kept." in answer.content.decode()
    assert client.post(url("rate_autosave", review, CODE), data() | wrong).status_code == 422
    assert mine(review.calibration, cast.coach_a).version == 0


def test_autosave_answers_with_status_and_version_not_with_text(cast, review, client) -> None:
    answer = client.post(url("rate_autosave", review, CODE), data(), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert 'id="save-status"' in page
    assert (
        '<input type="hidden" name="version" id="id_version" value="1" hx-swap-oob="true">' in page
    )
    assert "1 of 30 judged" in page
    assert "textarea" not in page
    assert "Registers are kept." not in page


def test_autosave_warns_of_a_mark_down_without_a_lift(review, client) -> None:
    autosave = url("rate_autosave", review, CODE)
    page = client.post(autosave, data()).content.decode()
    assert "Your level is below theirs" in page
    assert "Yours is 1 step lower." in page
    page = client.post(autosave, data(1, lift="Keep one.")).content.decode()
    assert "Your level is below theirs" not in page
    page = client.post(autosave, data(2, answer="3")).content.decode()
    assert "Your level is below theirs" not in page
    assert "Yours is 1 step higher." in page


# Two windows


def test_a_stale_save_shows_both_texts(cast, review, client) -> None:
    address = url("rate", review, CODE)
    client.post(address, data(commentary="From the first window."))
    answer = client.post(address, data(answer="3", commentary="From the second window."))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "From the first window." in page
    assert "From the second window." in page
    assert mine(review.calibration, cast.coach_a).commentary == "From the first window."


def test_a_stale_autosave_is_a_fragment(cast, review, client) -> None:
    client.post(url("rate", review, CODE), data())
    answer = client.post(
        url("rate_autosave", review, CODE),
        data(commentary="Later."),
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#conflict"
    assert "<html" not in answer.content.decode()
    assert "Later." in answer.content.decode()


def test_what_a_conflict_offers_can_be_saved(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.get(criterion__code=CODE))
    review = review_of(assigned(cast), cast.coach_a)
    address = url("rate", review, CODE)
    client.post(address, data(commentary="First."))
    spots = {f"spot-{piece.pk}": "on", f"passage-{piece.pk}": "line 2"}
    page = client.post(address, data(answer="0", commentary="Second.", **spots)).content.decode()
    keep_mine = page.split("<form")[2].split("</form>")[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', keep_mine))
    assert client.post(address, fields).status_code == 302
    rating = mine(review.calibration, cast.coach_a)
    assert (rating.level, rating.commentary, rating.version) == (0, "Second.", 2)
    assert rating.spotlights.get().passage == "line 2"


def test_a_save_after_submission_changes_nothing_and_keeps_the_words(cast, client) -> None:
    review = review_of(scored(cast), cast.coach_a)
    version = mine(review.calibration, cast.coach_a).version
    submit(review)
    for name in ("rate", "rate_autosave"):
        answer = client.post(url(name, review, CODE), data(version, commentary="Too late."))
        assert answer.status_code == 409
        assert "can no longer be changed" in answer.content.decode()
        assert "Too late." in answer.content.decode()
    assert mine(review.calibration, cast.coach_a).commentary == "Regular registers are kept."
    page = client.get(url("rate", review, CODE)).content.decode()
    assert "data-judgement" not in page
    assert "Regular registers are kept." in page


# A third coach


def test_a_third_coach_sees_only_the_criteria_asked_for(cast, sign_in) -> None:
    calibration = both_in(cast)
    third = MembershipFactory(
        user__name="Coach C",
        role=Role.COACH,
        institution=cast.coach_a.memberships.get().institution,
    ).user
    assigning.ask_third_coach(
        actor=cast.moderator, calibration=calibration, coach=third, codes=[CODE, "design.1"]
    )
    review = review_of(calibration, third)
    client = sign_in(third)
    page = client.get(url("review", review)).content.decode()
    assert "0 of 2 judged" in page
    assert "read the registers" not in page
    assert (
        "both"
        not in client.get(reverse("calibration:queue")).content.decode().partition("<table")[2]
    )
    page = client.get(url("rate", review, CODE)).content.decode()
    assert "2 of 2" in page
    assert "read the registers" not in page
    assert client.get(url("rate", review, "monitor.4")).status_code == 404
    client.post(url("rate", review, CODE), data(lift="More."))
    assert client.post(url("rate", review, "design.1"), data(lift="More.")).status_code == 302
    client.post(url("review_submit", review))
    review.refresh_from_db()
    assert review.is_submitted
    assert "Take it back" not in client.get(url("review", review)).content.decode()


def test_a_rating_made_elsewhere_is_not_mine_to_save(cast, review, sign_in) -> None:
    """The partner's own page saves the partner's own row."""
    other = review_of(review.calibration, cast.coach_b)
    sign_in(cast.coach_b).post(url("rate", other, CODE), data(commentary="B's words", lift="x"))
    assert mine(review.calibration, cast.coach_a).commentary == ""
    page = sign_in(cast.coach_a).get(url("rate", review, CODE)).content.decode()
    assert "B&#x27;s words" not in page
    reviewing.save_judgement(
        rating=mine(review.calibration, cast.coach_a), read_version=0, judgement=judgement(3)
    )
    assert mine(review.calibration, cast.coach_b).level == 1


# Fetched ahead, and saved without the page


def test_a_page_fetched_ahead_leaves_no_trace(cast, review, client) -> None:
    client.get(url("rate", review, "design.1"))
    ahead = client.get(url("rate", review, CODE), headers={"X-Prefetch": "true"})
    assert ahead.status_code == 200
    review.refresh_from_db()
    assert review.last_code == "design.1"
    assert client.get(url("rate", review, CODE)).status_code == 200
    review.refresh_from_db()
    assert review.last_code == CODE


def test_the_pages_ahead_are_named_in_order(review, client) -> None:
    ahead = client.get(url("rate", review, "design.1")).context["ahead"]
    codes = list(review.ratings.values_list("criterion__code", flat=True))
    after = codes.index("design.1") + 1
    assert ahead == [url("rate", review, code) for code in codes[after : after + 10]]
    assert client.get(url("rate", review, codes[-1])).context["ahead"] == []


def test_an_autosave_for_its_save_button_asks_for_what_is_missing(cast, review, client) -> None:
    unexplained = data(answer="cannot")
    pressed = client.post(url("rate_autosave", review, CODE), unexplained | {"action": "next"})
    assert pressed.status_code == 422
    assert "Say why you cannot judge this." in pressed.content.decode()
    assert client.post(url("rate_autosave", review, CODE), unexplained).status_code == 200


def test_a_judgement_is_saved_under_its_writers_name_only(cast, review, client) -> None:
    """A coach's page, and the other coach signed in meanwhile: refused before access is judged."""
    theirs = data(stated_person=str(cast.coach_b.pk))
    assert client.post(url("rate_autosave", review, CODE), theirs).status_code == 403
    assert mine(review.calibration, cast.coach_a).version == 0
