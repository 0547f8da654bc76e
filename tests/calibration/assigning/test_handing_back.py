"""A submission goes back while no coach has begun: who may, what is told, and two at once."""

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.models import AuditEvent, Enrolment, OutgoingMail
from assessments.models import Assessment, Submission
from assessments.rating.services import save_rating
from assessments.submission.services import submit_assessment
from calibration.assigning.services import assigning, handing_back
from calibration.models import Calibration, Review
from calibration.reviewing.services import requests, reviewing
from calibration.rules.problems import ReviewLocked, StepRefused
from tests import together
from tests.factories.assessment import answers, submitted
from tests.factories.calibration import assigned, judgement, rate_review, released, review_of

pytestmark = pytest.mark.django_db
State = Calibration.State


def address(name: str, assessment: Assessment) -> str:
    return reverse(f"calibration:{name}", args=[assessment.pk])


def results(client, assessment: Assessment) -> str:
    return client.get(reverse("assessments:results", args=[assessment.pk])).content.decode()


def actions(assessment: Assessment) -> list[str]:
    found = AuditEvent.objects.filter(target=f"assessments.assessment:{assessment.pk}")
    return list(found.order_by("pk").values_list("action", flat=True))


def first_rating(calibration: Calibration, coach):
    review = review_of(calibration, coach)
    return review.ratings.select_related("review", "criterion").first()


def save(calibration: Calibration, coach, **more) -> None:
    rating = first_rating(calibration, coach)
    reviewing.save_judgement(
        rating=rating, read_version=rating.version, judgement=judgement(**more)
    )


def test_the_lead_takes_it_back_and_the_coaches_are_released_and_told(cast, sign_in) -> None:
    calibration = assigned(cast)
    assessment = calibration.assessment
    OutgoingMail.objects.all().delete()
    lead = sign_in(cast.lead)
    assert "Take it back" in results(lead, assessment)
    assert lead.get(address("take_back", assessment)).status_code == 200
    answer = lead.post(address("take_back", assessment))
    assert answer.url == reverse("assessments:overview", args=[assessment.pk])
    assessment.refresh_from_db()
    calibration.refresh_from_db()
    assert (assessment.state, assessment.submitted_at) == ("draft", None)
    assert calibration.state == State.UNASSIGNED
    assert not Review.objects.current().exists()
    told = {mail.to: mail.subject for mail in OutgoingMail.objects.all()}
    assert set(told) == {cast.coach_a.email, cast.coach_b.email, cast.hub.email}
    assert told[cast.coach_a.email].startswith("No longer to review")
    assert actions(assessment)[-1] == "assessment.taken_back"
    assert AuditEvent.objects.filter(action="review.withdrawn").count() == 2


def test_the_hub_returns_it_with_a_reason(cast, sign_in) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    OutgoingMail.objects.all().delete()
    hub = sign_in(cast.hub)
    assert "Return it" in results(hub, assessment)
    without = hub.post(address("hand_back", assessment), {"reason": "  "})
    assert without.status_code == 422
    assessment.refresh_from_db()
    assert assessment.is_submitted
    answer = hub.post(address("hand_back", assessment), {"reason": "Monitor says nothing."})
    assert answer.url == reverse("assessments:submissions", args=[assessment.pk])
    assert "Monitor says nothing." in hub.get(answer.url).content.decode()
    (letter,) = OutgoingMail.objects.all()
    assert letter.to == cast.lead.email
    assert "Monitor says nothing." in letter.text
    event = AuditEvent.objects.get(action="assessment.returned")
    assert event.data == {"number": 1}, "the record names no words"


def test_the_cohorts_page_leads_the_hub_to_what_was_handed_in(cast, sign_in) -> None:
    calibration = assigned(cast)
    Calibration.objects.filter(pk=calibration.pk).update(due_on=timezone.localdate())
    assessment = calibration.assessment
    hub, page = sign_in(cast.hub), reverse("cohort", args=[cast.enrolment.cohort.slug])
    listed = reverse("assessments:submissions", args=[assessment.pk])
    before = hub.get(page).content.decode()
    assert listed not in before
    assert "Reviews due" in before
    handing_back.take_back(actor=cast.lead, assessment=assessment)
    shown = hub.get(page).content.decode()
    assert "Being rated again." in shown
    assert "Reviews due" not in shown
    assert listed in shown


@pytest.mark.parametrize("words", [{"level": 1}, {"level": None, "cannot_judge_reason": "No."}])
def test_once_a_coach_has_answered_the_pages_say_so(cast, sign_in, words: dict) -> None:
    calibration = assigned(cast)
    assessment = calibration.assessment
    save(calibration, cast.coach_b, **words)
    for person, name in ((cast.lead, "take_back"), (cast.hub, "hand_back")):
        client = sign_in(person)
        shown = results(client, assessment)
        assert "A coach has begun" in shown
        assert reverse("calibration:requests", args=[assessment.pk]) in shown
        assert address(name, assessment) not in shown
        assert client.get(address(name, assessment)).status_code == 302
        client.post(address(name, assessment), {"reason": "Late."})
        assessment.refresh_from_db()
        assert assessment.is_submitted


def test_a_coachs_words_alone_are_a_beginning_and_a_cleared_answer_is_none(cast) -> None:
    calibration = assigned(cast)
    save(calibration, cast.coach_a, level=None, commentary="", lift="", private_note="Hm.")
    with pytest.raises(StepRefused, match="A coach has begun"):
        handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)
    save(calibration, cast.coach_a, level=None, commentary="", lift="")
    handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)
    calibration.refresh_from_db()
    assert calibration.state == State.UNASSIGNED


@pytest.mark.parametrize("reader", ["member", "sponsor"])
def test_who_may_not_is_offered_nothing(cast, sign_in, reader: str) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    shown = results(sign_in(getattr(cast, reader)), assessment)
    assert "Take it back" not in shown
    assert "Return it" not in shown


def test_an_organisation_that_left_takes_nothing_back(cast, sign_in) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(
        state="withdrawn", withdrawn_on="2026-10-01"
    )
    lead = sign_in(cast.lead)
    assert "Take it back" not in results(lead, assessment)
    lead.post(address("take_back", assessment))
    assessment.refresh_from_db()
    assert assessment.is_submitted


def test_handed_in_again_it_is_calibrated_by_the_same_coaches(cast) -> None:
    calibration = assigned(cast)
    assessment = calibration.assessment
    handing_back.take_back(actor=cast.lead, assessment=assessment)
    with pytest.raises(StepRefused, match="with the organisation again"):
        assigning.assign_coaches(
            actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
        )
    rating = assessment.ratings.first()
    save_rating(actor=cast.lead, rating=rating, read_version=1, answers=answers(0))
    submit_assessment(actor=cast.lead, assessment=assessment)
    assessment.refresh_from_db()
    assert assigning.open_calibration(actor=cast.hub, assessment=assessment) == calibration
    assigning.assign_coaches(
        actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
    )
    assert Review.objects.current().count() == 2
    assert Review.objects.withdrawn().count() == 2
    rate_review(review_of(calibration, cast.coach_a))


def test_what_is_settled_stays_settled_and_says_so(cast) -> None:
    calibration = released(cast)
    with pytest.raises(StepRefused, match="is settled"):
        handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)


def test_what_a_coach_gave_who_stepped_back_stops_nobody_and_is_kept(cast) -> None:
    calibration = assigned(cast)
    save(calibration, cast.coach_a, level=1)
    left = review_of(calibration, cast.coach_a)
    assigning.withdraw_review(actor=cast.coach_a, review=left, reason="Ill.")
    handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)
    assert left.ratings.filter(level=1).count() == 1


def test_a_question_asked_before_stays_to_be_answered(cast) -> None:
    calibration = assigned(cast)
    asked = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question="May we see a register?"
    )
    handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)
    asked.refresh_from_db()
    assert asked.answered_at is None


@pytest.mark.django_db(transaction=True)
def test_of_ten_takings_back_one_ends_the_submission(cast) -> None:
    calibration = assigned(cast)
    OutgoingMail.objects.all().delete()
    found = together.outcomes(
        *(
            lambda: handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)
            for _ in range(10)
        )
    )
    assert sum(isinstance(one, Submission) for one in found) == 1
    assert sum(isinstance(one, StepRefused) for one in found) == 9
    assert OutgoingMail.objects.count() == 3
    assert actions(calibration.assessment).count("assessment.taken_back") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_taking_back_and_a_coachs_answer_one_wins(cast, attempt: int) -> None:
    calibration = assigned(cast)
    assessment = calibration.assessment
    rating = first_rating(calibration, cast.coach_a)
    taken, saved = together.outcomes(
        lambda: handing_back.take_back(actor=cast.lead, assessment=assessment),
        lambda: reviewing.save_judgement(rating=rating, read_version=0, judgement=judgement(1)),
    )
    assessment.refresh_from_db()
    rating.refresh_from_db()
    if isinstance(taken, Submission):
        assert isinstance(saved, ReviewLocked)
        assert (assessment.state, rating.level) == ("draft", None)
        assert not Review.objects.current().exists()
    else:
        assert isinstance(taken, StepRefused)
        assert (assessment.state, rating.level) == ("submitted", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cleared", [False, True])
def test_an_answer_that_came_first_is_waited_for_and_seen(cast, cleared: bool) -> None:
    """Also where one was given and cleared before, so that the calibration's row stays as it is."""
    calibration = assigned(cast)
    if cleared:
        save(calibration, cast.coach_a, level=None, commentary="", lift="")
    rating = first_rating(calibration, cast.coach_a)
    with transaction.atomic():
        reviewing.save_judgement(rating=rating, read_version=rating.version, judgement=judgement(1))
        taking = together.start(
            lambda: handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)
        )
        together.wait_for_a_lock(taking)
    with pytest.raises(StepRefused, match="A coach has begun"):
        taking.result(together.PATIENCE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cleared", [False, True])
def test_an_answer_that_came_second_waits_and_is_refused(cast, cleared: bool) -> None:
    calibration = assigned(cast)
    if cleared:
        save(calibration, cast.coach_a, level=None, commentary="", lift="")
    rating = first_rating(calibration, cast.coach_a)
    with transaction.atomic():
        handing_back.take_back(actor=cast.lead, assessment=calibration.assessment)
        saving = together.start(
            lambda: reviewing.save_judgement(
                rating=rating, read_version=rating.version, judgement=judgement(1)
            )
        )
        together.wait_for_a_lock(saving)
    with pytest.raises(ReviewLocked):
        saving.result(together.PATIENCE)


@pytest.mark.django_db(transaction=True)
def test_no_coach_is_seated_where_it_is_taken_back_meanwhile(cast) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    with transaction.atomic():
        handing_back.take_back(actor=cast.lead, assessment=assessment)
        opened = together.start(
            lambda: assigning.assign_coaches(
                actor=cast.hub,
                calibration=assigning.open_calibration(actor=cast.hub, assessment=assessment),
                coaches=[cast.coach_a, cast.coach_b],
            )
        )
        together.wait_for_a_lock(opened)
    with pytest.raises(StepRefused, match="with the organisation again"):
        opened.result(together.PATIENCE)
    assert not Review.objects.exists()
    assert connection.in_atomic_block is False


@pytest.mark.django_db(transaction=True)
def test_a_stale_first_answer_does_not_begin_a_review(cast) -> None:
    calibration = assigned(cast)
    rating = first_rating(calibration, cast.coach_a)
    with pytest.raises(reviewing.StaleReview):
        reviewing.save_judgement(rating=rating, read_version=7, judgement=judgement(1))
    calibration.refresh_from_db()
    assert calibration.state == State.ASSIGNED
