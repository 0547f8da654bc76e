"""What the organisation is given: nothing before release, then everything, for ever."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import AuditEvent, ReportJob
from calibration.models import Calibration, ImprovementMeeting, LateEvidence, Release, Review
from calibration.releases import release_of
from calibration.reports.result import CAUSES as CAUSE_WORDS
from calibration.reports.result import result_of
from calibration.services import assigning, exchange, moderating, releasing
from tests.factories.assessment import note
from tests.factories.calibration import assigned, both_in, rate_review, review_of, scored
from tests.factories.organisation import CAUSES, quickly_agreed, released_again, varied
from tests.factories.programme import InstitutionFactory, MembershipFactory
from tests.markup import page

OWN = ("lead", "member", "sponsor")
READERS = (*OWN, "coach_a", "coach_b", "moderator", "hub")
NOBODY = ("funder", "outsider", "other_hub", "stranger")
CANARY = "Canaryword"
VERSIONED = ("result_version", "result_csv", "result_report", "acknowledge")
PLAIN = ("result", "release_ask", "late_evidence", "meetings", "meeting_add")


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


def quickly_agreed_at_one(cast) -> Calibration:
    return quickly_agreed(cast, 1)


def with_canary(state):
    """A calibration brought to `state`, with a canary in all that coach A wrote."""

    def make(cast) -> Calibration:
        calibration = state(cast)
        if state is scored:
            rate_review(
                review_of(calibration, cast.coach_a),
                commentary=CANARY,
                lift=CANARY,
                private_note=CANARY,
            )
        return calibration

    return make


@pytest.mark.parametrize("state", [assigned, scored, both_in, quickly_agreed_at_one])
def test_before_release_there_is_nothing_at_any_address(cast, sign_in, state) -> None:
    calibration = with_canary(state)(cast)
    exchange.save_meeting(
        actor=cast.hub,
        calibration=calibration,
        held_on="2026-11-01",
        attendees=CANARY,
        notes=CANARY,
        readers="all",
    )
    meeting = reverse("calibration:meeting_edit", args=[ImprovementMeeting.objects.get().pk])
    addresses = [address(name, calibration) for name in (*VERSIONED, *PLAIN)] + [meeting]
    for name in READERS:
        client = sign_in(getattr(cast, name))
        for each in addresses:
            get, post = client.get(each), client.post(each)
            assert get.status_code in (404, 405), (name, each)
            assert post.status_code in (404, 405), (name, each)
            assert CANARY.encode() not in get.content + post.content
    assert not ReportJob.objects.exists()
    asked = sign_in(cast.lead).get(
        reverse("calibration:requests", args=[calibration.assessment_id])
    )
    assert asked.status_code == 200
    assert CANARY.encode() not in asked.content
    assert release_of(cast.lead, calibration.assessment) is None


def test_after_release_its_readers_read_it_and_nobody_else(cast, sign_in, release) -> None:
    calibration = release.calibration
    for name in READERS:
        assert sign_in(getattr(cast, name)).get(address("result", calibration)).status_code == 200
        assert release_of(getattr(cast, name), calibration.assessment) == release
    for name in NOBODY:
        client = sign_in(getattr(cast, name))
        for each in (*VERSIONED, *PLAIN):
            assert client.get(address(each, calibration)).status_code in (404, 405), (name, each)
            assert client.post(address(each, calibration)).status_code in (404, 405), (name, each)
        assert release_of(getattr(cast, name), calibration.assessment) is None


@pytest.mark.parametrize("name", ["acknowledge", "release_ask", "late_evidence"])
def test_only_the_lead_responds(cast, sign_in, release, name) -> None:
    for who in set(READERS) - {"lead"}:
        client = sign_in(getattr(cast, who))
        assert client.post(address(name, release.calibration)).status_code == 403, who
    release.refresh_from_db()
    assert release.acknowledged_at is None


def test_the_coach_who_still_has_to_review_reads_no_release(cast, sign_in, release) -> None:
    calibration = releasing.reopen(
        actor=cast.hub, calibration=release.calibration, reason="A third view."
    )
    third = MembershipFactory(role="coach", institution=InstitutionFactory()).user
    assigning.ask_third_coach(
        actor=cast.hub,
        calibration=calibration,
        coach=third,
        codes=["monitor.3"],
    )
    client = sign_in(third)
    assert Review.objects.filter(coach=third, state=Review.State.OPEN).exists()
    for name in ("result", "result_version", "result_csv", "meetings"):
        assert client.get(address(name, calibration)).status_code == 404, name
    assert sign_in(cast.coach_a).get(address("result", calibration)).status_code == 200
    assert sign_in(cast.lead).get(address("result", calibration)).status_code == 200


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

    from calibration.comparing import change

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
    calibration = moderating.take_lease(actor=cast.moderator, calibration=calibration)
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=criterion,
        outcome=moderating.Outcome(level=None, rationale="The register was not there."),
        read_version=0,
    )
    calibration = moderating.give_back_lease(actor=cast.moderator, calibration=calibration)
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
    assert "The register was not there." not in shown.text


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


def test_the_page_costs_the_same_at_one_and_at_three_rows(cast, client, release) -> None:
    calibration = release.calibration
    criterion = calibration.assessment.framework.criteria.first()

    def more(number: int) -> None:
        exchange.ask_about_release(
            actor=cast.lead, release=release, question=f"Question {number}", criterion=criterion
        )
        piece = note(cast.enrolment, cast.lead, text=f"Late {number}")
        exchange.add_late_evidence(
            actor=cast.lead, release=release, criterion=criterion, evidence=piece
        )
        ReportJob.objects.create(
            kind="calibration.result_report",
            title="Calibrated framework",
            params={"calibration": calibration.pk, "version": 1, "number": number},
            enrolment=cast.enrolment,
            requested_by=cast.lead,
            state=ReportJob.State.FAILED,
        )

    def cost(to: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(to)
        return len(queries), len(response.content)

    addresses = [address(name, calibration) for name in ("result", "release_ask", "late_evidence")]
    more(1)
    for to in addresses:
        client.get(to)
    at_one = [cost(to) for to in addresses]
    more(2)
    more(3)
    for to, (queries, length) in zip(addresses, at_one, strict=True):
        now, longer = cost(to)
        assert longer > length, to
        assert now == queries, to
    assert LateEvidence.objects.count() == 3
    assert at_one[0][0] <= 14
