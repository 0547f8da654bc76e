"""Words that are removed are nowhere any more: no table, no file, no cache."""

import json
from datetime import date

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db import connection
from redis import Redis

from accelerator.core import audit, redaction, words
from accelerator.core.erasure.queries import place_of, places_of, shown_copies
from accelerator.core.erasure.services import remove_words
from accelerator.core.jobs.services import run_job
from accelerator.core.redaction import Cell, Mode
from accelerator.models import AuditEvent, Commitment, Deadline, PeakPeriod, ReportJob
from assessments.evidence import services as evidence_service
from assessments.models import Evidence, Rating
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.models import (
    CommentaryPart,
    ConflictOfInterest,
    Decision,
    PracticeAttempt,
    Release,
    ReviewRating,
    Spotlight,
)
from calibration.releasing.tasks import make_result
from tests.factories import calibration as calibrations
from tests.factories.assessment import note
from tests.factories.evidence import rows_that_hold, stored
from tests.factories.more import finished_report

pytestmark = pytest.mark.django_db
CANARY = 'Zephyrine "Quill"\r\nfeather of Nowhere Lane'
SEEN = "feather of Nowhere Lane"
COLUMNS = [(each, name) for each in words.typed() for name in each.fields]


@pytest.fixture
def everything(world):
    """The world, and a row of each model of which it has none."""
    piece = note(world.released.assessment.enrolment, world.lead)
    rating = ReviewRating.objects.filter(review__calibration=world.released).first()
    Spotlight.objects.create(rating=rating, evidence=piece)
    ConflictOfInterest.objects.create(
        person=world.coach_b, organisation=world.enrolment.organisation
    )
    place = {"enrolment": world.enrolment}
    by = {"set_by": world.hub, "reason": "A busy summer"}
    Deadline.objects.create(phase="improve", due_on=date(2027, 4, 1), **place, **by)
    days = {"starts_on": date(2027, 6, 1), "ends_on": date(2027, 8, 31)}
    PeakPeriod.objects.create(what="The summer camp", set_by=world.lead, **place, **days)
    Commitment.objects.create(
        lead_days_a_month=2, team_hours_a_month=6, signed_by=world.sponsor, **place
    )
    PracticeAttempt.objects.create(case=world.case, coach=world.coach_a, level=1)
    LogEntry.objects.create(user=world.staff, action_flag=1, object_repr="A", change_message="B")
    return world


# What else a row must say for the database to let the words stand there.
BESIDE = {
    "calibration.ConflictOfInterest.lifted_reason": ("lifted_at = now(), lifted_by_id = person_id"),
    "assessments.Rating.cannot_rate_reason": "level = NULL",
    "assessments.SubmittedRating.cannot_rate_reason": "level = NULL",
    "assessments.Submission.ended_reason": (
        "ended_how = 'returned', ended_at = now(), ended_by_id = submitted_by_id"
    ),
    "assessments.Evidence.url": "kind = 'link', note = '', size = 0",
    "calibration.ReviewRating.cannot_judge_reason": "level = NULL",
    "calibration.EvidenceRequest.answer": "answered_at = now(), answered_by_id = asked_by_id",
}


def write(each: words.Typed, name: str):
    """The canary in a row's column and in all its history, past every lock; the row's key."""
    meta = each.model_class._meta
    row = each.rows.filter(**{f"{each.enrolment}__isnull": False} if each.enrolment else {}).first()
    value = json.dumps({"words": {"deep": [CANARY]}}) if each.is_json(name) else CANARY
    beside = BESIDE.get(f"{each.model}.{name}", "")
    beside += ", " if beside else ""
    longest = meta.get_field(name).max_length
    assert longest is None or longest >= len(value)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f'UPDATE "{meta.db_table}" SET {beside} "{name}" = %s WHERE "{meta.pk.column}" = %s',
            [value, row.pk],
        )
        event = each.event_class
        if event is not None and name in {field.name for field in event._meta.get_fields()}:
            cursor.execute(
                f'UPDATE "{event._meta.db_table}" SET "{name}" = %s WHERE pgh_obj_id = %s',
                [value, row.pk],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")
    return row.pk


def kept_in_redis(text: str) -> list[bytes]:
    found = []
    for address in {settings.REDIS_URL, settings.CACHES["default"]["LOCATION"]}:
        with Redis.from_url(address) as redis:
            for key in redis.scan_iter():
                content = redis.dump(key) or b""
                if text.encode() in key + content:
                    found.append(key)
    return found


@pytest.mark.parametrize(("each", "name"), COLUMNS, ids=[f"{e.model}.{n}" for e, n in COLUMNS])
def test_a_canary_in_any_column_is_found_nowhere_once_it_is_removed(
    everything, each: words.Typed, name: str
) -> None:
    pk = write(each, name)
    row = each.rows.get(pk=pk)
    assert rows_that_hold(SEEN), "the canary was not written"
    if each.listed and each.enrolment:
        lookup = each.enrolment if each.enrolment != "pk" else "pk"
        enrolment = each.rows.filter(pk=pk).values_list(lookup, flat=True)[0]
        enrolment = type(everything.enrolment).objects.get(pk=enrolment)
        place = place_of(everything.hub, enrolment, each.model, str(pk), name)
        assert place is not None
        remove_words(
            actor=everything.hub, enrolment=enrolment, place=place, kind="child", reason="A child."
        )
    else:
        cell = Cell(row, name, words=(CANARY,))
        redaction.remove(
            who=everything.hub,
            mode=Mode.REMOVED,
            kind="child",
            reason="A child.",
            target=row,
            cells=[cell],
        )
    assert rows_that_hold(SEEN) == []
    assert not [path for path in stored() if SEEN.encode() in path.read_bytes()]
    assert kept_in_redis(SEEN) == []


@pytest.fixture
def given(world):
    """The released calibration's enrolment, and coach A's commentary on its first criterion."""
    enrolment = world.released.assessment.enrolment
    rating = ReviewRating.objects.get(
        review__calibration=world.released, review__coach=world.coach_a, criterion__code="design.1"
    )
    return enrolment, rating


def remove(world, enrolment, row, name: str, **more) -> int:
    place = place_of(world.hub, enrolment, row._meta.label, str(row.pk), name)
    assert place is not None
    asked = {"kind": "child", "reason": "A child."} | more
    return remove_words(actor=world.hub, enrolment=enrolment, place=place, **asked)


def test_a_release_keeps_number_and_date_and_loses_the_words(world, given) -> None:
    enrolment, rating = given
    before = Release.objects.get(calibration=world.released)
    assert rating.commentary in before.snapshot["design.1"]["commentary"]
    remove(world, enrolment, rating, "commentary")
    after = Release.objects.get(pk=before.pk)
    assert (after.version, after.released_at) == (before.version, before.released_at)
    assert rating.commentary not in after.snapshot["design.1"]["commentary"]
    assert "[removed on " in after.snapshot["design.1"]["commentary"]
    assert after.snapshot["design.1"]["cause"] == before.snapshot["design.1"]["cause"]
    unmoved = {code: part for code, part in after.snapshot.items() if code != "design.1"}
    assert unmoved == {code: part for code, part in before.snapshot.items() if code != "design.1"}
    decision = Decision.objects.get(calibration=world.released, criterion=rating.criterion_id)
    assert rating.commentary not in decision.commentary
    assert not CommentaryPart.objects.filter(decision=decision, text=rating.commentary).exists()


def test_given_words_go_from_everywhere_in_the_record(world, given) -> None:
    enrolment, rating = given
    other = world.both_in.assessment.enrolment
    remove(world, enrolment, rating, "commentary", only="read the registers")
    held = ReviewRating.objects.filter(commentary__contains="read the registers")
    assert not held.filter(review__calibration=world.released).exists()
    assert held.filter(review__calibration__assessment__enrolment=other).exists()
    assert "read the registers" not in json.dumps(world.released.releases.get().snapshot)


def test_given_words_stay_where_that_was_asked(world, given) -> None:
    enrolment, rating = given
    kept = ReviewRating.objects.get(review=rating.review_id, criterion__code="design.2")
    place = place_of(world.hub, enrolment, kept._meta.label, str(kept.pk), "commentary")
    remove(world, enrolment, rating, "commentary", only="read the registers", kept=[place])
    kept.refresh_from_db()
    assert "read the registers" in kept.commentary


def test_pieces_of_a_settled_commentary_go_with_it(world, given) -> None:
    enrolment, _ = given
    decision = Decision.objects.filter(calibration=world.released, commentary__gt="").first()
    remove(world, enrolment, decision, "commentary")
    assert all(part.text.startswith("[removed on ") for part in decision.parts.all())


def test_what_was_written_before_goes_too(world) -> None:
    """A name that somebody took out by themselves is in the history all the same."""
    rating = world.draft.ratings.get(criterion__code="design.1")
    for text in (CANARY, "Nothing to see."):
        Rating.objects.filter(pk=rating.pk).update(justification=text)
    assert rows_that_hold(SEEN) == ["assessments_ratingevent"]
    piece = note(world.enrolment, world.lead, text=CANARY)
    remove(world, world.enrolment, piece, "note", only=SEEN)
    assert rows_that_hold(SEEN) == []


def test_a_note_without_a_name_of_its_own_loses_that_too(world) -> None:
    text = f"{SEEN} is where she\r\nlives. " * 9
    piece = evidence_service.add_note(
        actor=world.lead, enrolment=world.enrolment, note=text, title=""
    )
    place = place_of(world.hub, world.enrolment, "assessments.Evidence", str(piece.pk), "note")
    assert shown_copies(world.hub, place, "", world.enrolment) == ["Evidence: its name"]
    remove(world, world.enrolment, piece, "note")
    assert rows_that_hold(SEEN) == []


def test_letters_and_audit_that_quote_it_lose_it(world) -> None:
    piece = note(world.enrolment, world.lead, text="Plain.")
    Evidence.objects.filter(pk=piece.pk).update(description=CANARY)
    world.letter.text, world.letter.subject = f"They write: {CANARY}", SEEN
    world.letter.save()
    audit.record(world.lead, "report.retried", piece, said=CANARY)
    remove(world, world.enrolment, piece, "description")
    assert rows_that_hold(SEEN) == ["accelerator_outgoingmail"]
    world.letter.refresh_from_db()
    assert SEEN not in world.letter.text
    assert SEEN in world.letter.subject  # part of it only: given as words it goes


def test_short_words_take_nothing_else_with_them(world) -> None:
    piece = note(world.enrolment, world.lead, text="released")
    world.letter.text = "It was released."
    world.letter.save()
    audit.record(world.lead, "report.retried", piece, said="released")
    remove(world, world.enrolment, piece, "note")
    assert AuditEvent.objects.get(action="report.retried").data == {"said": "released"}
    world.letter.refresh_from_db()
    assert world.letter.text == "It was released."
    assert Rating.objects.filter(justification="We keep registers.").count() > 0


def test_finished_reports_go_and_can_be_made_again(
    world, django_capture_on_commit_callbacks
) -> None:
    report = finished_report(world.enrolment, world.lead, CANARY.encode())
    kept = default_storage.path(report.file.name)
    piece = note(world.enrolment, world.lead, text=CANARY)
    with django_capture_on_commit_callbacks(execute=True):
        remove(world, world.enrolment, piece, "note")
    report.refresh_from_db()
    assert (report.state, report.can_retry) == (ReportJob.State.REMOVED, True)
    assert not default_storage.exists(kept)


def test_a_report_that_is_being_made_does_not_bring_words_back(world, given) -> None:
    enrolment, rating = given
    job = ReportJob.objects.create(
        kind="calibration.result_report",
        title="Result",
        params={"calibration": world.released.pk, "version": 1},
        enrolment=enrolment,
        requested_by=world.lead,
    )

    def make(running: ReportJob, _progress):
        made = make_result(running, lambda *_: None)
        remove(world, enrolment, rating, "commentary")
        return made

    run_job(job_id=str(job.pk), task_id="first", make=make)
    job.refresh_from_db()
    assert (job.state, job.file.name) == (ReportJob.State.QUEUED, "")


def test_the_page_says_where_words_were_taken_over(world, given) -> None:
    enrolment, rating = given
    place = place_of(world.hub, enrolment, rating._meta.label, str(rating.pk), "commentary")
    assert shown_copies(world.hub, place, "", enrolment) == [
        "The calibrated framework, as released",
        "The commentary that was settled on",
        "A piece of the commentary",
    ]


def test_a_blind_review_is_listed_without_its_words(world) -> None:
    rating = world.review.ratings.get(criterion__code="design.1")
    places = {p.key: p for p in places_of(world.hub, world.enrolment)}
    assert places[f"calibration.ReviewRating/{rating.pk}/commentary"].text is None
    found = places_of(world.hub, world.enrolment, "Regular registers")
    assert [place for place in found if place.typed.model == "calibration.ReviewRating"] == []


def test_whoever_reviews_blind_is_not_shown_that_others_wrote(world) -> None:
    seen = places_of(world.coach_b, world.enrolment)
    assert [place for place in seen if place.typed.model == "calibration.ReviewRating"] == []


def test_private_notes_are_shown_to_nobody_and_can_be_removed(world, given) -> None:
    enrolment, rating = given
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        ReviewRating.objects.filter(pk=rating.pk).update(private_note=CANARY)
        cursor.execute("SET LOCAL session_replication_role = origin")
    places = {p.key: p for p in places_of(world.hub, enrolment)}
    assert places[f"calibration.ReviewRating/{rating.pk}/private_note"].text is None
    remove(world, enrolment, rating, "private_note")
    assert rows_that_hold(SEEN) == []


def test_a_decision_stands_though_words_that_it_rested_on_went(world) -> None:
    calibration = calibrations.agreed(calibrations.twin(world))
    enrolment = calibration.assessment.enrolment
    first, second = ReviewRating.objects.filter(
        review__calibration=calibration, review__coach=world.coach_a
    )[:2]
    stale = calibration.decisions.get(criterion=second.criterion_id)
    Decision.objects.filter(pk=stale.pk).update(inputs="what stood before")
    remove(world, enrolment, first, "commentary")
    remove(world, enrolment, second, "commentary")
    hashes = input_hashes(calibration, submitted_ratings(calibration))
    found = decisions_of(calibration, hashes)
    assert not found[first.criterion_id].is_stale
    assert found[second.criterion_id].is_stale
