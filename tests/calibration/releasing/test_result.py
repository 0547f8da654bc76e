"""What the organisation is given: nothing before release, then everything, for ever."""

import pytest
from django.urls import reverse

from accelerator.models import AuditEvent
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Release
from calibration.releasing.queries.result import CAUSES as CAUSE_WORDS
from calibration.releasing.queries.result import result_of
from calibration.releasing.services import releasing
from calibration.rules import commentary
from tests.factories import calibration as calibrations
from tests.factories.assessment import submitted
from tests.factories.organisation import CAUSES, quickly_agreed, released_again, varied
from tests.markup import page

VERSIONED = ("result_version", "result_csv", "result_report", "acknowledge")
CANARY = "Canaryword"


def address(name: str, calibration: Calibration) -> str:
    args = [calibration.pk, 1] if name in VERSIONED else [calibration.pk]
    return reverse(f"calibration:{name}", args=args)


def result_page(client, release: Release):
    return page(client.get(reverse("calibration:result", args=[release.calibration_id])))


@pytest.fixture
def release(cast) -> Release:
    return varied(cast)


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.lead)


def test_the_page_begins_with_what_is_strong(client, release) -> None:
    shown = result_page(client, release).one("main")
    headings = [heading.text for heading in shown.all() if heading.name in ("h1", "h2")]
    assert [heading for heading in headings if heading != "On this page"] == [
        "Your calibrated framework",
        "From the Learning Hub",
        "What is strong",
        "Side by side",
        "Each criterion",
        "A first draft of your priorities",
        "What next",
    ]
    strong = shown.one("section", aria_labelledby="strong").text
    assert "High 7 criteria" in strong
    assert "Moderate 7 criteria" in strong
    assert strong.index("High") < strong.index("Moderate")
    assert "We saw number 3." in strong
    assert "We saw number 0." not in strong


def test_home_leads_to_it_and_asks_for_nothing_by_a_date(client, release) -> None:
    shown = page(client.get(reverse("home")))
    assert "Your calibrated framework is here" in shown.text
    assert shown.all("a", href=reverse("calibration:result", args=[release.calibration_id]))
    assert ". Due" not in shown.text


def test_each_criterion_has_both_levels_words_and_a_sign(client, release) -> None:
    shown = result_page(client, release)
    cells = shown.one("table", class_="map").all("td")
    assert len(cells) == 30
    for place, cell in enumerate(cells):
        level = ("Low or no", "Little", "Moderate", "High")[place % 4]
        sign = ("Marked down two steps", "Marked down", "Unchanged", "Marked up")[place % 4]
        arrow = ("down", "down", "same", "up")[place % 4]
        assert f"The coaches: {level}" in cell.text
        assert "You: Moderate" in cell.text
        assert sign in cell.text
        assert cell.one("use")["href"].endswith(f"#{arrow}")
    articles = shown.all("article", class_="detail")
    assert len(articles) == 30
    for place, article in enumerate(articles):
        assert f"We saw number {place}." in article.text
        assert f"Do thing number {place}." in article.text
        why = CAUSE_WORDS[CAUSES[place % len(CAUSES)]]
        assert (why in article.text) == (place % 4 < 2)


def test_the_sentence_counts_in_words(cast, client, release, sign_in) -> None:
    assert (
        "The coaches saw 7 of 30 as you do; 16 lower, 7 higher."
        in result_page(client, release).text
    )
    hub = result_page(sign_in(cast.hub), release).text
    assert "The coaches saw 7 of 30 as the organisation does; 16 lower, 7 higher." in hub


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ([2, 2, 2], "The coaches saw all 3 as you do."),
        ([2, 1, 2], "The coaches saw 2 of 3 as you do; 1 lower."),
        ([3, 3, 3], "The coaches saw 0 of 3 as you do; 3 higher."),
        ([2, None, 2], "The coaches saw 2 of 3 as you do. One cannot be set side by side."),
    ],
)
def test_the_sentence_leaves_out_what_did_not_happen(cast, release, levels, sentence) -> None:
    from dataclasses import replace

    from calibration.rules.levels import change

    found = result_of(release)
    items = [
        replace(item, change=change(2, level))
        for item, level in zip(found.items, levels, strict=False)
    ]
    few = replace(found, parts=(replace(found.parts[0], items=tuple(items)),))
    assert few.summary(own=True) == sentence


def test_priorities_are_in_the_frameworks_order_and_leave_out_the_top(client, release) -> None:
    shown = result_page(client, release)
    lists = shown.all("ul", class_="lifts")
    assert len(lists) == 5
    listed = [item.text for part in lists for item in part.all("li")]
    kept = [place for place in range(30) if place % 4 < 3]
    assert len(listed) == len(kept)
    for place, words in zip(kept, listed, strict=True):
        assert f"Do thing number {place}." in words


def test_what_could_not_be_compared_is_said_and_is_never_the_lowest_level(cast, client) -> None:
    calibration = quickly_agreed(cast, 2)
    criterion = calibration.assessment.framework.criteria.get(code="monitor.3")
    calibration = lease.take_lease(actor=cast.moderator, calibration=calibration)
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=criterion,
        outcome=commentary.Outcome(level=None, rationale="The register was not there."),
        read_version=0,
    )
    calibration = lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    release = releasing.release(actor=cast.hub, calibration=calibration)
    shown = result_page(client, release)
    (cell,) = [
        each for each in shown.one("table", class_="map").all("td") if criterion.label in each.text
    ]
    assert "Not judged" in cell.text
    assert "Not compared" in cell.text
    assert cell.all(class_="nr")
    assert not cell.all(class_="l0")
    assert "One cannot be set side by side." in shown.text
    # Both coaches could judge it, so it is the moderator's word, and the reason is read.
    assert "Decided by the moderator" in cell.text
    assert "The register was not there." in shown.text


def test_a_low_result_is_a_place_to_begin(cast, client) -> None:
    calibration = quickly_agreed(cast, 0)
    release = releasing.release(actor=cast.hub, calibration=calibration)
    text = result_page(client, release).text
    assert "Nothing is at the upper levels yet, and many begin there." in text
    assert "From the Learning Hub" not in text


def test_nothing_on_the_page_is_a_score_or_a_rank_or_a_name_of_a_coach(
    cast, client, release
) -> None:
    text = result_page(client, release).one("main").text
    for word in ("average", "score", "pass mark", "grade", "total:", "accuracy"):
        assert word not in text.lower()
    for coach in (cast.coach_a, cast.coach_b, cast.moderator):
        assert coach.name not in text


def test_hostile_words_are_text(cast, client) -> None:
    hostile = "<script>alert(1)</script>"
    release = varied(cast, commentary=hostile, lift=hostile, message=hostile)
    response = client.get(address("result", release.calibration))
    assert hostile in page(response).text
    assert b"<script>alert" not in response.content


def test_acknowledging_twice_is_one_event(cast, client, release) -> None:
    to = address("acknowledge", release.calibration)
    assert client.get(to).status_code == 405
    client.post(to)
    client.post(to)
    release.refresh_from_db()
    assert release.acknowledged_by == cast.lead
    assert AuditEvent.objects.filter(action="release.acknowledged").count() == 1
    shown = result_page(client, release)
    assert f"Read by {cast.lead.name} on" in shown.text
    assert not shown.all("form", action=to)


def test_a_superseded_version_stays_as_it_was(cast, client, release) -> None:
    calibration = release.calibration
    kept = dict(release.snapshot)
    csv = client.get(address("result_csv", calibration)).content.split(b"Made by")[0]
    released_again(cast, calibration)
    release.refresh_from_db()
    assert release.snapshot == kept
    assert client.get(address("result_csv", calibration)).content.split(b"Made by")[0] == csv
    shown = page(client.get(address("result_version", calibration)))
    assert "This version is superseded" in shown.text
    assert "superseded" in shown.one("title").text
    assert "We saw number 4." in shown.text
    assert "Second look at 4." not in shown.text
    assert not shown.all("form", action=address("acknowledge", calibration))
    standing = page(client.get(address("result", calibration)))
    assert "Second look at 4." in standing.text
    assert "We saw number 4." not in standing.text
    assert standing.all("a", href=address("result_version", calibration))
    second = reverse("calibration:result_version", args=[calibration.pk, 2])
    assert client.get(second).url == address("result", calibration)
    third = reverse("calibration:result_version", args=[calibration.pk, 3])
    assert client.get(third).status_code == 404


def test_a_superseded_version_is_not_acknowledged(cast, client, release) -> None:
    second = released_again(cast, release.calibration)
    response = client.post(address("acknowledge", release.calibration), follow=True)
    assert "There is a newer version." in page(response).text
    for each in (release, second):
        each.refresh_from_db()
        assert each.acknowledged_at is None


def test_while_it_is_reopened_the_old_one_stands_and_says_nothing_of_it(
    cast, client, release
) -> None:
    before = page(client.get(address("result", release.calibration))).one("main").text
    calibration = releasing.reopen(actor=cast.hub, calibration=release.calibration, reason=CANARY)
    response = client.get(address("result", calibration))
    assert page(response).one("main").text == before
    assert CANARY.encode() not in response.content


def test_what_they_could_not_rate_is_said_and_is_not_called_unrated(
    cast, client, monkeypatch
) -> None:
    why = {"level": None, "cannot_rate_reason": "We begin in May."}
    monkeypatch.setattr(calibrations, "submitted", lambda *who: submitted(*who, **why))
    release = calibrations.released(cast).releases.get()
    shown = result_page(client, release).one("main").text
    assert "Cannot be rated" in shown
    assert "ot rated" not in shown
    exported = client.get(address("result_csv", release.calibration)).content.decode()
    assert "Cannot be rated" in exported
    assert "Not rated" not in exported
