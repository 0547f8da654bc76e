"""A coach's question for evidence: to the organisation, seen by both coaches, named by nobody."""

import pytest
from django.urls import reverse

from accelerator.models import OutgoingMail
from calibration.models import EvidenceRequest
from calibration.reviewing.services import requests
from tests.factories.assessment import note
from tests.factories.calibration import (
    released,
    review_of,
)
from tests.factories.workbench import CODE, url


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.coach_a)


def test_a_question_reaches_the_lead_and_both_coaches_without_a_name(
    cast, review, client, sign_in, mailbox
) -> None:
    mailbox().clear()
    answer = client.post(
        url("ask", review), {"criterion": CODE, "question": "Is there a register for May?"}
    )
    assert answer.url == url("rate", review, CODE)
    request = EvidenceRequest.objects.get()
    assert (request.asked_by, request.criterion.code) == (cast.coach_a, CODE)
    assert [mail.to for mail in mailbox()] == [[cast.lead.email]]
    other = review_of(review.calibration, cast.coach_b)
    sent = note(cast.enrolment, cast.lead, text="Register of May")
    requests.answer_request(actor=cast.lead, request=request, answer="Yes, here.", evidence=[sent])
    for coach, own in ((cast.coach_a, review), (cast.coach_b, other)):
        reader = sign_in(coach)
        for page in (
            reader.get(url("review", own)).content.decode(),
            reader.get(url("rate", own, CODE)).content.decode(),
            reader.get(url("ask", own)).content.decode(),
        ):
            main = page.partition("<main")[2]
            assert "Is there a register for May?" in main
            assert "Coach A" not in main
            assert "Coach B" not in main
        assert str(sent.pk) in reader.get(url("rate", own, CODE)).content.decode()
        assert "Is there" not in reader.get(url("rate", own, "design.1")).content.decode()
        viewed = reader.get(reverse("assessments:evidence_view", args=[sent.pk]))
        assert "Register of May" in viewed.content.decode()


def test_a_general_question_is_beside_every_criterion(cast, review, client) -> None:
    client.post(url("ask", review), {"criterion": "", "question": "Is there a plan?"})
    for code in (CODE, "design.1"):
        assert "Is there a plan?" in client.get(url("rate", review, code)).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"question": ""}, {"question": "x" * 2001}, {"question": "Q?", "criterion": "no.1"}]
)
def test_a_question_that_cannot_be_asked(review, client, wrong) -> None:
    assert client.post(url("ask", review), wrong).status_code == 422
    assert not EvidenceRequest.objects.exists()


def test_no_question_after_release(cast, client) -> None:
    review = review_of(released(cast), cast.coach_a)
    before = OutgoingMail.objects.count()
    page = client.post(url("ask", review), {"question": "More?"}, follow=True).content.decode()
    assert "under way" in page
    assert not EvidenceRequest.objects.exists()
    assert OutgoingMail.objects.count() == before


def test_a_question_that_comes_too_late_is_not_taken_for_one_that_arrived(cast, client) -> None:
    review = review_of(released(cast), cast.coach_a)
    typed = {"question": "May we see a register?"}
    answer = client.post(url("ask", review), typed, headers={"X-Kept-Form": "true"})
    assert answer.status_code == 422
    assert typed["question"] in answer.content.decode()
