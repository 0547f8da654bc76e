"""Each handing in is a numbered snapshot: the latest counts, the earlier ones stay as they were."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.models import OutgoingMail
from assessments.evidence.tidying import withdraw
from assessments.models import Assessment, Submission, SubmittedRating
from assessments.rating.queries import grid_of
from assessments.rating.services import save_rating
from assessments.submission.queries import report_context
from assessments.submission.services import give_back, submit_assessment
from tests.conftest import build_cast
from tests.factories.assessment import answers, note, rate_all, started, submitted
from tests.factories.programme import UserFactory
from tests.migrating import read, undone

pytestmark = pytest.mark.django_db
TAKEN_BACK, RETURNED = Submission.Ending.TAKEN_BACK, Submission.Ending.RETURNED


def back(person, assessment: Assessment, how=TAKEN_BACK, reason: str = "") -> None:
    with transaction.atomic():
        row = Assessment.objects.locked(assessment.pk)
        give_back(actor=person, assessment=row, how=how, reason=reason)
    assessment.refresh_from_db()


def again(cast, assessment: Assessment, level: int) -> None:
    rating = assessment.ratings.get(criterion__code="design.1")
    save_rating(
        actor=cast.lead,
        rating=rating,
        read_version=rating.version,
        answers=answers(level, "We looked again."),
    )
    submit_assessment(actor=cast.lead, assessment=assessment)
    assessment.refresh_from_db()


def page(client, name: str, *args) -> str:
    return client.get(reverse(f"assessments:{name}", args=args)).content.decode()


def test_a_submission_keeps_every_answer_and_its_evidence(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    first = assessment.ratings.first()
    piece = note(cast.enrolment, cast.lead, first)
    rate_all(assessment, cast.lead, level=1, justification="Registers.", practice="used")
    submit_assessment(actor=cast.lead, assessment=assessment)
    submission = assessment.submissions.get()
    assert (submission.number, submission.submitted_by) == (1, cast.lead)
    kept = submission.ratings.get(criterion=first.criterion)
    assert (kept.level, kept.justification, kept.practice) == (1, "Registers.", "used")
    assert kept.evidence == [piece.pk]
    assert submission.ratings.count() == 30


def test_what_the_version_before_hands_in_during_an_upgrade_is_kept_too(cast, sign_in) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead, level=1)
    Assessment.objects.filter(pk=assessment.pk).update(
        state="submitted", submitted_at=timezone.now(), submitted_by=cast.lead
    )
    assert (assessment.submissions.get().number, SubmittedRating.objects.count()) == (1, 30)
    assert "30 of 30 rated" in page(sign_in(cast.lead), "submissions", assessment.pk)
    back(cast.lead, assessment)
    assert not assessment.is_submitted


def test_the_latest_counts_and_the_earlier_stay_as_they_were(cast) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    back(cast.lead, assessment)
    assert not assessment.is_submitted
    again(cast, assessment, 0)
    first, second = assessment.submissions.order_by("number")
    assert (first.ended_how, first.ended_by, first.stands) == (TAKEN_BACK, cast.lead, False)
    assert (second.number, second.stands) == (2, True)
    ratings = assessment.ratings.with_evidence().by_criterion()
    report = report_context(assessment, grid_of(assessment, ratings), ratings, cast.lead)
    assert report["status_line"].endswith(", submission 2")
    levels = [one.ratings.get(criterion__code="design.1").level for one in (first, second)]
    assert levels == [2, 0]
    assert assessment.ratings.get(criterion__code="design.1").level == 0


def test_the_database_changes_no_submission(cast) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    submission = assessment.submissions.get()
    for change in (
        lambda: Submission.objects.update(number=7),
        lambda: Submission.objects.update(submitted_by=cast.member),
        lambda: submission.delete(),
        lambda: SubmittedRating.objects.update(level=0),
        lambda: SubmittedRating.objects.update(justification="Other words."),
        lambda: SubmittedRating.objects.first().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    back(cast.hub, assessment, RETURNED, "Please say more.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Submission.objects.update(ended_reason="Never mind.")


def test_each_submission_writes_to_those_concerned_and_the_page_names_them(cast, sign_in) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    lead = sign_in(cast.lead)
    assert "We wrote to you and the Learning Hub." in page(lead, "submitted", assessment.pk)
    back(cast.lead, assessment)
    again(cast, assessment, 1)
    keys = OutgoingMail.objects.filter(key__startswith="assessment_submitted:")
    assert keys.count() == 2
    shown = page(lead, "submitted", assessment.pk)
    assert "We wrote to you and the Learning Hub." in shown
    assert "Submission 2" in shown


def test_a_submission_counts_only_while_one_stands(cast, sign_in) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    lead = sign_in(cast.lead)
    assert "The latest counts." in page(lead, "submissions", assessment.pk)
    back(cast.lead, assessment)
    shown = page(lead, "submissions", assessment.pk)
    assert "none counts until it is handed in again" in shown
    assert "The latest counts." not in shown
    again(cast, assessment, 1)
    assert "The latest counts." in page(lead, "submissions", assessment.pk)


def test_nobody_is_named_who_got_no_letter(cast, sign_in) -> None:
    cast.hub.is_active = False
    cast.hub.save()
    assessment = submitted(cast.enrolment, cast.lead)
    shown = page(sign_in(cast.lead), "submitted", assessment.pk)
    assert "We wrote to you." in shown
    assert "We wrote to Lead." in page(sign_in(cast.member), "submitted", assessment.pk)


@pytest.mark.parametrize("reader", ["lead", "member", "sponsor", "hub"])
def test_organisation_and_hub_read_the_earlier_ones_while_it_is_changed(
    cast, sign_in, reader: str
) -> None:
    assessment = submitted(cast.enrolment, cast.lead, justification="What we said at first.")
    back(cast.hub, assessment, RETURNED, "Please say more about Monitor.")
    rate_all(assessment, cast.lead, level=3, justification="What we say now.")
    client = sign_in(getattr(cast, reader))
    listed = page(client, "submissions", assessment.pk)
    assert "Please say more about Monitor." in listed
    assert "30 of 30 rated" in listed
    shown = page(client, "submission", assessment.pk, 1)
    assert "What we said at first." in shown
    assert "What we say now." not in shown
    assert "Moderate" in shown


@pytest.mark.parametrize("reader", ["outsider", "other_hub", "coach_a", "funder", "stranger"])
def test_nobody_else_does(cast, sign_in, reader: str) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    back(cast.lead, assessment)
    client = sign_in(getattr(cast, reader))
    for name, args in (("submissions", [assessment.pk]), ("submission", [assessment.pk, 1])):
        assert client.get(reverse(f"assessments:{name}", args=args)).status_code == 404


def test_a_piece_withdrawn_later_is_gone_from_the_snapshot_too(cast, sign_in) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.first(), text="Named child, May.")
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    back(cast.lead, assessment)
    client = sign_in(cast.lead)
    assert "Named child" in page(client, "submission", assessment.pk, 1)
    withdraw(actor=cast.lead, evidence=piece, reason="A name was in it.")
    shown = page(client, "submission", assessment.pk, 1)
    assert "Named child" not in shown


def test_the_draft_says_why_it_came_back(cast, sign_in) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    lead = sign_in(cast.lead)
    assert "returned it to you" not in page(lead, "results", assessment.pk)
    back(cast.hub, assessment, RETURNED, "Please say more about Monitor.")
    for name in ("overview", "check"):
        shown = page(lead, name, assessment.pk)
        assert "The Learning Hub has returned it to you" in shown
        assert "Please say more about Monitor." in shown
    home = lead.get(reverse("home")).content.decode()
    assert "The Learning Hub has returned it" in home


def test_an_account_that_was_switched_off_gets_no_letter_of_a_return(cast, mailbox) -> None:
    gone = UserFactory(is_active=False)
    cast.enrolment.organisation.membership_set.create(user=gone, role="lead")
    assessment = submitted(cast.enrolment, cast.lead)
    mailbox().clear()
    back(cast.hub, assessment, RETURNED, "Please say more about Monitor.")
    (letter,) = mailbox()
    assert letter.to == [cast.lead.email]
    assert "Please say more about Monitor." in letter.body


@pytest.mark.django_db(transaction=True)
def test_what_is_handed_in_when_the_migration_comes_is_submission_1() -> None:
    cast = build_cast()
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.first())
    rate_all(assessment, cast.lead, level=1, justification="Registers.")
    submit_assessment(actor=cast.lead, assessment=assessment)
    started(cast.other, cast.outsider)
    with undone("assessments", "0007_submissions"):
        assert read("SELECT to_regclass('assessments_submission')") == [(None,)]
    submission = Submission.objects.get()
    assessment.refresh_from_db()
    assert submission.assessment == assessment
    assert (submission.number, submission.submitted_by) == (1, cast.lead)
    assert submission.submitted_at == assessment.submitted_at
    assert set(submission.ratings.values_list("level", "justification")) == {(1, "Registers.")}
    assert submission.ratings.count() == 30
    assert [one.evidence for one in submission.ratings.exclude(evidence=[])] == [[piece.pk]]
