"""A coach's reviews: the queue, handing in, taking back, stepping aside, asking for evidence."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import AuditEvent, Role
from assessments.evidence.tidying import withdraw
from assessments.submission.services import submit_assessment
from calibration.assigning.services import assigning
from calibration.models import ConflictOfInterest, Review
from calibration.reviewing.services import requests
from tests.factories.assessment import note, rate_all, started
from tests.factories.calibration import (
    assigned,
    both_in,
    rate_review,
    released,
    review_of,
    scored,
    submit,
)
from tests.factories.programme import EnrolmentFactory, MembershipFactory
from tests.factories.workbench import CODE, data, main_of, mine, url


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.coach_a)


# The queue and the review


def test_the_queue_lists_my_reviews_and_nothing_of_the_partner(cast, review, client, sign_in):
    page = client.get(reverse("calibration:queue")).content.decode()
    assert cast.enrolment.organisation.name in page
    assert "Not begun" in page
    assert "0 of 30" in page
    rate_review(review_of(review.calibration, cast.coach_b), 3)
    submit(review_of(review.calibration, cast.coach_b))
    assert main_of(client.get(reverse("calibration:queue")).content.decode()) == main_of(page)
    assert "Submitted" in sign_in(cast.coach_b).get(reverse("calibration:queue")).content.decode()


def test_an_empty_queue(cast, client) -> None:
    assert "No reviews yet" in client.get(reverse("calibration:queue")).content.decode()


def test_the_queue_counts_evidence_used_and_sent_once(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    ratings = list(assessment.ratings.all()[:2])
    note(cast.enrolment, cast.lead, *ratings)
    note(cast.enrolment, cast.lead, text="Not used anywhere.")
    gone = note(cast.enrolment, cast.lead, ratings[0], text="Taken back")
    sent = note(cast.enrolment, cast.lead, text="Sent later")
    withdraw(actor=cast.lead, evidence=gone, reason="A name")
    calibration = assigned(cast)
    request = requests.ask_for_evidence(
        actor=cast.coach_b, calibration=calibration, question="More?"
    )
    requests.answer_request(actor=cast.lead, request=request, answer="Here.", evidence=[sent])
    assert "2 pieces" in client.get(reverse("calibration:queue")).content.decode()


def test_the_same_queries_for_one_review_and_three(cast, review, client) -> None:
    address = reverse("calibration:queue")
    client.get(address)  # The first visit to a place is remembered.
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(2):
        enrolment = EnrolmentFactory(cohort=cast.enrolment.cohort)
        leader = MembershipFactory(role=Role.LEAD, organisation=enrolment.organisation).user
        assessment = started(enrolment, leader)
        note(enrolment, leader, assessment.ratings.first())
        rate_all(assessment, leader)
        submit_assessment(actor=leader, assessment=assessment)
        assessment.refresh_from_db()
        calibration = assigning.open_calibration(actor=cast.hub, assessment=assessment)
        assigning.assign_coaches(
            actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
        )
    client.get(address)
    with CaptureQueriesContext(connection) as three:
        page = client.get(address).content.decode()
    assert page.count("<tr role=") == 4
    assert len(three) == len(one)


def test_the_review_resumes_where_i_stopped(cast, review, client) -> None:
    page = client.get(url("review", review)).content.decode()
    assert "Begin: " in page
    client.get(url("rate", review, CODE))
    page = client.get(url("review", review)).content.decode()
    assert f'href="{url("rate", review, CODE)}">Carry on where I stopped' in page
    client.post(url("rate", review, CODE), data(lift="Keep one."))
    page = client.get(url("review", review)).content.decode()
    assert f'href="{url("rate", review, "monitor.4")}">Carry on where I stopped' in page


def test_the_review_page_has_the_same_queries_at_any_progress(cast, review, client) -> None:
    client.get(url("review", review))  # reads the framework once
    with CaptureQueriesContext(connection) as before:
        client.get(url("review", review))
    rate_review(review)
    with CaptureQueriesContext(connection) as after:
        client.get(url("review", review))
    assert len(after) == len(before)


@pytest.mark.parametrize(
    "name", ["review", "review_submit", "review_recall", "review_recuse", "ask", "rate"]
)
def test_nobody_else_reaches_my_review(cast, review, sign_in, name: str) -> None:
    address = url(name, review, *([CODE] if name == "rate" else []))
    for who in ("coach_b", "hub", "moderator", "lead", "funder", "other_hub", "stranger"):
        client = sign_in(getattr(cast, who))
        assert client.get(address).status_code in (404, 405), who
        assert client.post(address, data()).status_code in (404, 405), who
    assert mine(review.calibration, cast.coach_a).version == 0
    review.refresh_from_db()
    assert review.is_open


# Hand in, take back, step aside


def test_submitting_is_blocked_and_says_by_what(cast, review, client) -> None:
    client.post(url("rate", review, CODE), data())
    page = client.get(url("review_submit", review)).content.decode()
    assert "30 still need" in page
    assert "say what would lift it" in page
    assert "no level, and no reason why not" in page
    assert "Submit my review" not in page
    answer = client.post(url("review_submit", review), follow=True)
    assert "30 criteria still need something" in answer.content.decode()
    review.refresh_from_db()
    assert review.is_open


def test_submit_then_take_back_while_the_other_has_not(
    cast, client, django_capture_on_commit_callbacks
):
    review = review_of(scored(cast), cast.coach_a)
    assert "Submit my review" in client.get(url("review_submit", review)).content.decode()
    for _ in range(2):
        assert client.post(url("review_submit", review)).url == url("review", review)
    assert AuditEvent.objects.filter(action="review.submitted").count() == 1
    page = client.get(url("review", review)).content.decode()
    assert "Take it back" in page
    client.post(url("review_recall", review))
    review.refresh_from_db()
    assert review.is_open
    client.post(url("rate", review, CODE), data(1, commentary="Changed.", lift="More."))
    assert mine(review.calibration, cast.coach_a).commentary == "Changed."


def test_no_taking_back_once_both_were_in(cast, client) -> None:
    calibration = both_in(cast)
    review = review_of(calibration, cast.coach_a)
    page = client.get(url("review", review)).content.decode()
    assert "Take it back" not in page
    assert reverse("calibration:reveal", args=[calibration.pk]) in page
    page = client.post(url("review_recall", review), follow=True).content.decode()
    assert "can no longer be taken back" in page
    assigning.withdraw_review(
        actor=cast.hub, review=review_of(calibration, cast.coach_b), reason="Ill"
    )
    assert "Take it back" not in client.get(url("review", review)).content.decode()
    client.post(url("review_recall", review))
    review.refresh_from_db()
    assert review.is_submitted


def test_stepping_back_needs_a_reason_and_is_for_good(cast, client) -> None:
    review = review_of(scored(cast), cast.coach_a)
    page = client.get(url("review_recuse", review)).content.decode()
    assert "Your 30 judgements are kept, marked withdrawn" in page
    assert client.post(url("review_recuse", review), {"reason": " "}).status_code == 422
    answer = client.post(url("review_recuse", review), {"reason": "I am moving."})
    assert answer.url == reverse("calibration:queue")
    review.refresh_from_db()
    assert (review.state, review.withdrawn_reason) == (Review.State.WITHDRAWN, "I am moving.")
    assert review.ratings.answered().count() == 30
    assert client.get(url("review", review)).status_code == 404
    assert client.post(url("rate", review, CODE), data()).status_code == 404
    assert "No reviews yet" in client.get(reverse("calibration:queue")).content.decode()


def test_the_hub_is_told_and_reads_why_beside_the_empty_seat(cast, client, sign_in, mailbox):
    review = review_of(scored(cast), cast.coach_a)
    gone = MembershipFactory(role=Role.HUB, cohort=cast.enrolment.cohort, user__is_active=False)
    mailbox().clear()
    client.post(url("review_recuse", review), {"reason": "I am moving."})
    (letter,) = mailbox()
    assert gone.user.email not in letter.to
    assert letter.to == [cast.hub.email]
    assert "Coach A no longer reviews" in letter.body
    address = reverse("calibration:fill_seat", args=[review.calibration_id])
    assert address in letter.body
    assert "I am moving." in sign_in(cast.hub).get(address).content.decode()


def test_no_stepping_back_from_what_is_settled(cast, client) -> None:
    review = review_of(released(cast), cast.coach_a)
    assert "Step back" not in client.get(url("review", review)).content.decode()
    page = client.post(url("review_recuse", review), {"reason": "Late."}, follow=True)
    assert "cannot step back any more" in page.content.decode()
    review.refresh_from_db()
    assert review.is_submitted


def test_a_conflict_withdraws_the_review_and_keeps_me_off(cast, client) -> None:
    calibration = scored(cast)
    review = review_of(calibration, cast.coach_a)
    organisation = cast.enrolment.organisation
    address = reverse("calibration:conflicts")
    page = client.get(address, {"organisation": organisation.pk}).content.decode()
    assert f'<option value="{organisation.pk}" selected>' in page
    answer = client.post(
        address, {"organisation": organisation.pk, "reason": "My sister works there."}, follow=True
    )
    assert "You will not be asked to review" in answer.content.decode()
    review.refresh_from_db()
    assert review.state == Review.State.WITHDRAWN
    assert ConflictOfInterest.objects.get().reason == "My sister works there."
    page = client.get(address).content.decode()
    assert "My sister works there." in page
    assert f'<option value="{organisation.pk}"' not in page
    with pytest.raises(Exception, match="conflict of interest"):
        assigning.fill_seat(actor=cast.hub, calibration=calibration, coach=cast.coach_a)


def test_a_conflict_is_with_an_organisation_in_reach(cast, review, client) -> None:
    elsewhere = EnrolmentFactory().organisation
    address = reverse("calibration:conflicts")
    for wrong in ("", str(elsewhere.pk), "x"):
        answer = client.post(address, {"organisation": wrong, "reason": "A tie."})
        assert answer.status_code == 422
        assert "A tie." in answer.content.decode()
    assert elsewhere.name not in client.get(address).content.decode()
    assert not ConflictOfInterest.objects.exists()


@pytest.mark.parametrize("name", ["queue", "conflicts", "severity"])
def test_coaches_pages_are_for_coaches(cast, review, sign_in, name: str) -> None:
    for who in ("lead", "member", "hub", "moderator", "funder", "stranger"):
        assert sign_in(getattr(cast, who)).get(reverse(f"calibration:{name}")).status_code == 404
