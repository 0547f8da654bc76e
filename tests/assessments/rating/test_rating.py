"""Saving one criterion: versions, locks, history, and 0 kept apart from "not rated"."""

import csv
import io

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse

from assessments.framework.services import publish_framework
from assessments.models import Assessment, Rating
from assessments.rating.services import StaleRating, save_rating
from assessments.rating.values import answers_of
from assessments.rules.problems import AssessmentLocked
from assessments.submission.services import NotReady, submit_assessment
from tests import together
from tests.factories.assessment import SMALL, answers, note, rate_all, started, submitted

pytestmark = pytest.mark.django_db


def history(rating: Rating) -> list:
    return list(Rating.pgh_event_model.objects.filter(pgh_obj=rating.pk).order_by("pgh_id"))


def save(actor, rating: Rating, level: int | None = 2, *, at: int | None = None, **words) -> Rating:
    version = Rating.objects.get(pk=rating.pk).version if at is None else at
    return save_rating(
        actor=actor, rating=rating, read_version=version, answers=answers(level, **words)
    )


@pytest.fixture
def rating(cast) -> Rating:
    return started(cast.enrolment, cast.lead).ratings.get(criterion__code="monitor.3")


def test_every_criterion_has_a_row_from_the_start_and_none_is_rated(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    assert assessment.ratings.count() == 30
    assert set(assessment.ratings.values_list("level", "version")) == {(None, 0)}
    assert started(cast.enrolment, cast.member) == assessment
    assert Rating.objects.count() == 30


def test_a_save_keeps_every_answer_and_who_gave_it(cast, rating) -> None:
    given = answers(1, "Two of three groups.", evidence_state="not_attached", practice="used")
    saved = save_rating(actor=cast.member, rating=rating, read_version=0, answers=given)
    stored = Rating.objects.get(pk=rating.pk)
    assert answers_of(stored) == given == answers_of(saved)
    assert (stored.version, stored.updated_by) == (1, cast.member)
    assert stored.updated_at == saved.updated_at


def test_a_stale_save_is_refused_and_shows_what_stands(cast, rating) -> None:
    save(cast.lead, rating, 3, at=0, justification="By the lead.")
    with pytest.raises(StaleRating) as refused:
        save(cast.member, rating, 0, at=0, justification="By the member.")
    current = refused.value.current
    assert (current.level, current.justification) == (3, "By the lead.")
    assert (current.version, current.updated_by) == (1, cast.lead)
    assert Rating.objects.get(pk=rating.pk).justification == "By the lead."
    assert len(history(rating)) == 2


@pytest.mark.parametrize("version", [-1, 2, 99, 10**12, 10**30])
def test_a_version_that_never_was_is_stale(cast, rating, version: int) -> None:
    save(cast.lead, rating, 3, at=0)
    with pytest.raises(StaleRating):
        save(cast.lead, rating, 1, at=version)


def test_the_same_answers_sent_again_count_as_saved(cast, rating) -> None:
    save(cast.lead, rating, 3, at=0)
    again = save(cast.lead, rating, 3, at=0)
    assert (again.version, again.level) == (1, 3)
    assert len(history(rating)) == 2


def test_the_same_answers_by_somebody_else_are_still_a_conflict(cast, rating) -> None:
    save(cast.lead, rating, 3, at=0)
    with pytest.raises(StaleRating):
        save(cast.member, rating, 3, at=0)


def test_a_rating_can_be_cleared_and_the_history_still_holds_it(cast, rating) -> None:
    save(cast.lead, rating, 0, justification="Nobody does this.")
    save(cast.lead, rating, None, justification="")
    stored = Rating.objects.get(pk=rating.pk)
    assert stored.level is None
    assert stored.justification == ""
    assert [event.level for event in history(rating)] == [None, 0, None]
    assert history(rating)[1].justification == "Nobody does this."


def test_the_lowest_level_is_an_answer_and_none_is_not(cast, rating) -> None:
    save(cast.lead, rating, 0)
    unanswered = rating.assessment.ratings.unanswered()
    assert rating not in unanswered
    assert unanswered.count() == 29
    assert rating.assessment.ratings.filter(level=0).count() == 1
    assert rating.assessment.ratings.filter(level=None).count() == 29


def test_the_lowest_level_and_not_rated_differ_in_the_spreadsheet(cast, rating, sign_in) -> None:
    save(cast.lead, rating, 0)
    address = reverse("assessments:ratings_csv", args=[rating.assessment_id])
    text = sign_in(cast.lead).get(address).content.decode("utf-8-sig")
    rows = {row["criterion"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["monitor.3"]["level"], rows["monitor.3"]["level name"]) == (
        "none",
        "Low or no confidence",
    )
    assert (rows["monitor.4"]["level"], rows["monitor.4"]["level name"]) == ("", "Not rated")


@pytest.mark.parametrize("level", [4, 99, -1])
def test_the_database_refuses_a_level_the_framework_does_not_have(cast, rating, level) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(level=level)
    with pytest.raises(IntegrityError), transaction.atomic():
        save(cast.lead, rating, level)
    assert Rating.objects.get(pk=rating.pk).level is None


def test_the_levels_allowed_are_those_of_the_ratings_own_framework(cast) -> None:
    small, _ = publish_framework(data=SMALL)
    rating = started(cast.enrolment, cast.lead, small).ratings.first()
    save(cast.lead, rating, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        save(cast.lead, rating, 3)


def test_a_level_and_a_reason_why_there_is_none_exclude_each_other(cast, rating) -> None:
    with pytest.raises(IntegrityError, match="rating_level_or_reason"), transaction.atomic():
        save(cast.lead, rating, 1, cannot_rate_reason="Not run yet.")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessments_rating SET level = 0 WHERE id = %s",
        "UPDATE assessments_rating SET justification = 'x' WHERE id = %s",
        "UPDATE assessments_rating SET level = NULL WHERE id = %s",
        "DELETE FROM assessments_rating WHERE id = %s",
    ],
)
def test_the_database_itself_locks_a_submitted_assessment(cast, statement: str) -> None:
    assessment = submitted(cast.enrolment, cast.lead, level=3)
    rating = assessment.ratings.first()
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [rating.pk])
    kept = Rating.objects.get(pk=rating.pk)
    assert (kept.level, kept.justification) == (3, "We keep registers.")


def test_a_rating_cannot_be_moved_out_of_a_submitted_assessment(cast) -> None:
    rating = submitted(cast.enrolment, cast.lead).ratings.first()
    elsewhere = Assessment.objects.create(
        enrolment=cast.enrolment,
        framework_id=rating.assessment.framework_id,
        round=2,
        started_by=cast.lead,
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(assessment=elsewhere)
    assert Rating.objects.get(pk=rating.pk).assessment_id == rating.assessment_id


def test_a_save_after_submission_is_refused_whatever_version_it_read(cast) -> None:
    rating = submitted(cast.enrolment, cast.lead).ratings.first()
    for version in (rating.version, 0):
        with pytest.raises(AssessmentLocked):
            save(cast.lead, rating, 0, at=version, justification="Too late.")
    assert Rating.objects.get(pk=rating.pk).level == 2


def test_the_history_is_written_by_the_database_for_every_way_of_saving(cast, rating) -> None:
    save(cast.lead, rating, 1)
    Rating.objects.filter(pk=rating.pk).update(level=2, updated_by=cast.member)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_rating SET level = 3 WHERE id = %s", [rating.pk])
    events = history(rating)
    assert [event.level for event in events] == [None, 1, 2, 3]
    assert events[2].updated_by == cast.member


def test_a_bulk_update_leaves_one_event_for_each_row(cast, rating) -> None:
    rating.assessment.ratings.update(level=1, version=F("version") + 1)
    assert Rating.pgh_event_model.objects.filter(level=1).count() == 30


@pytest.mark.parametrize(
    "statement",
    ["UPDATE assessments_ratingevent SET level = 0", "DELETE FROM assessments_ratingevent"],
)
def test_the_history_can_only_grow(cast, rating, statement: str) -> None:
    save(cast.lead, rating, 1)
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete rows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert [event.level for event in history(rating)] == [None, 1]


def test_evidence_of_a_submitted_assessment_stays_as_it_was_handed_in(cast) -> None:
    rating = started(cast.enrolment, cast.lead).ratings.first()
    use = note(cast.enrolment, cast.lead, rating).uses.get()
    rate_all(rating.assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=rating.assessment)
    for change in (
        "UPDATE assessments_evidenceuse SET part = 'x' WHERE id = %s",
        "DELETE FROM assessments_evidenceuse WHERE id = %s",
    ):
        with (
            pytest.raises(IntegrityError, match="submitted and locked"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change, [use.pk])


@pytest.mark.django_db(transaction=True)
def test_ten_people_saving_at_once_lose_nothing(cast) -> None:
    rating = started(cast.enrolment, cast.lead).ratings.first()
    found = together.outcomes(
        *(
            lambda n=n: save(cast.lead, rating, 1, at=0, justification=f"Words {n}")
            for n in range(10)
        )
    )
    saved = [each for each in found if isinstance(each, Rating)]
    assert len(saved) == 1
    assert sum(isinstance(each, StaleRating) for each in found) == 9
    stored = Rating.objects.get(pk=rating.pk)
    assert stored.version == 1
    assert [event.level for event in history(rating)] == [None, 1]
    assert history(rating)[-1].justification == stored.justification


@pytest.mark.django_db(transaction=True)
def test_an_autosave_behind_a_submission_waits_and_is_refused(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead)
    rating = assessment.ratings.first()
    with transaction.atomic():
        submit_assessment(actor=cast.lead, assessment=assessment)
        late = together.start(lambda: save(cast.member, rating, 0, at=1))
        together.wait_for_a_lock(late)
    assert isinstance(late.exception(together.PATIENCE), AssessmentLocked)
    assert Rating.objects.get(pk=rating.pk).level == 2


@pytest.mark.django_db(transaction=True)
def test_an_autosave_before_a_submission_is_in_it(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead)
    rating = assessment.ratings.first()
    with transaction.atomic():
        save(cast.member, rating, 0, at=1)
        submission = together.start(
            lambda: submit_assessment(actor=cast.lead, assessment=assessment)
        )
        together.wait_for_a_lock(submission)
    assert submission.result(together.PATIENCE) is True
    assert Rating.objects.get(pk=rating.pk).level == 0


@pytest.mark.django_db(transaction=True)
def test_a_clearing_before_a_submission_stops_it(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead)
    with transaction.atomic():
        save(cast.member, assessment.ratings.first(), None, at=1)
        submission = together.start(
            lambda: submit_assessment(actor=cast.lead, assessment=assessment)
        )
        together.wait_for_a_lock(submission)
    assert isinstance(submission.exception(together.PATIENCE), NotReady)
    assert not Assessment.objects.get(pk=assessment.pk).is_submitted
