"""Who reads a release: nobody before it, its readers after it, at a steady cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import ReportJob
from calibration.assigning.services import assigning
from calibration.models import Calibration, ImprovementMeeting, LateEvidence, Release, Review
from calibration.releasing.services import exchange, meetings, releasing
from tests.factories.assessment import note
from tests.factories.calibration import assigned, both_in, rate_review, review_of, scored
from tests.factories.organisation import quickly_agreed, varied
from tests.factories.programme import InstitutionFactory, MembershipFactory

OWN = ("lead", "member", "sponsor")
READERS = (*OWN, "coach_a", "coach_b", "moderator", "hub")
NOBODY = ("funder", "outsider", "other_hub", "stranger")
CANARY = "Canaryword"
# What coach A wrote, in one state or another.
HIDDEN = (CANARY.encode(), b"read the registers")
VERSIONED = ("result_version", "result_csv", "result_report", "acknowledge")
PLAIN = ("result", "release_ask", "late_evidence", "meetings", "meeting_add")


def address(name: str, calibration: Calibration) -> str:
    args = [calibration.pk, 1] if name in VERSIONED else [calibration.pk]
    return reverse(f"calibration:{name}", args=args)


@pytest.fixture
def release(cast) -> Release:
    return varied(cast)


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.lead)


def quickly_agreed_at_one(cast) -> Calibration:
    return quickly_agreed(cast, 1)


def with_canary(state, cast) -> Calibration:
    """A calibration brought to `state`, with a canary in all that coach A wrote."""
    calibration = state(cast)
    if state is scored:
        words = {"commentary": CANARY, "lift": CANARY, "private_note": CANARY}
        rate_review(review_of(calibration, cast.coach_a), **words)
    return calibration


@pytest.mark.parametrize("state", [assigned, scored, both_in, quickly_agreed_at_one])
def test_before_release_there_is_nothing_at_any_address(cast, sign_in, state) -> None:
    calibration = with_canary(state, cast)
    meetings.save_meeting(
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
            assert not any(words in get.content + post.content for words in HIDDEN)
    assert not ReportJob.objects.exists()
    asked = sign_in(cast.lead).get(
        reverse("calibration:requests", args=[calibration.assessment_id])
    )
    assert asked.status_code == 200
    assert not any(words in asked.content for words in HIDDEN)


def test_after_release_its_readers_read_it_and_nobody_else(cast, sign_in, release) -> None:
    calibration = release.calibration
    for name in READERS:
        assert sign_in(getattr(cast, name)).get(address("result", calibration)).status_code == 200
    for name in NOBODY:
        client = sign_in(getattr(cast, name))
        for each in (*VERSIONED, *PLAIN):
            assert client.get(address(each, calibration)).status_code in (404, 405), (name, each)
            assert client.post(address(each, calibration)).status_code in (404, 405), (name, each)


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
