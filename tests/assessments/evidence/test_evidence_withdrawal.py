"""Withdrawn for good: no byte and no word is left, and an interrupted withdrawal is finished."""

import os
import time
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from accelerator.core import audit
from accelerator.models import AuditEvent
from assessments.evidence import services as service
from assessments.evidence import tidying
from assessments.models import Evidence, EvidenceUse
from assessments.rules.problems import EvidenceWithdrawn
from assessments.submission.services import submit_assessment
from calibration.reviewing.services.reviewing import save_spotlights
from tests.factories import calibration as calibrations
from tests.factories.assessment import note, rate_all, started
from tests.factories.evidence import add, rows_that_hold, stored
from tests.factories.more import finished_report

pytestmark = pytest.mark.django_db
SECRET = "Zephyrine Quillfeather"


@pytest.fixture
def rating(cast):
    assessment = started(cast.enrolment, cast.lead)
    return assessment.ratings.select_related("assessment").get(criterion__code="monitor.3")


def test_a_withdrawal_removes_the_bytes_for_good(
    cast, rating, django_capture_on_commit_callbacks
) -> None:
    before = stored()
    piece = add(cast, rating, name=f"{SECRET}.pdf", title=f"Report on {SECRET}")
    service.describe_evidence(
        actor=cast.lead, evidence=piece, title=f"All on {SECRET}", description=f"By {SECRET}"
    )
    assert "assessments_evidence" in rows_that_hold(SECRET)
    with django_capture_on_commit_callbacks(execute=True):
        assert tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    assert stored() == before
    assert rows_that_hold(SECRET) == []
    kept = Evidence.objects.get(pk=piece.pk)
    assert (kept.title, kept.size, kept.file.name) == ("Withdrawn file", 0, "")
    assert (kept.withdrawn_by, kept.withdrawn_reason) == (cast.lead, "It named somebody.")
    assert kept.uses.count() == 1


def test_what_was_said_of_its_parts_and_its_hash_go_too(cast) -> None:
    """On a submitted assessment, from the audit of before, and from what was detached since."""
    assessment = started(cast.enrolment, cast.lead)
    first, second = assessment.ratings.select_related("assessment")[:2]
    piece = add(cast, first, second)
    sha256 = piece.sha256
    for use in piece.uses.all():
        service.describe_use(actor=cast.lead, use=use, part=f"What {SECRET} wrote", practice="used")
    service.detach(actor=cast.lead, use=piece.uses.get(rating=second))
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    with transaction.atomic():
        audit.record(cast.lead, "evidence.added", piece, sha256=sha256, kind="file")
    assert rows_that_hold(SECRET) == ["assessments_evidenceuse", "assessments_evidenceuseevent"]
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    assert rows_that_hold(SECRET) == []
    assert rows_that_hold(sha256) == []
    use = piece.uses.get()
    assert (use.part, use.practice) == ("", "used")
    event = AuditEvent.objects.filter(action="evidence.added", data__has_key="sha256").get()
    assert event.data == {"sha256": "", "kind": "file"}


def test_the_passage_that_persuaded_a_coach_goes_too(cast) -> None:
    calibration = calibrations.assigned(cast)
    piece = note(cast.enrolment, cast.lead)
    rating = calibrations.review_of(calibration, cast.coach_a).ratings.first()
    save_spotlights(rating=rating, passages={str(piece.pk): f"As {SECRET} says"})
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    assert rows_that_hold(SECRET) == []
    save_spotlights(rating=rating, passages={str(piece.pk): f"As {SECRET} says"})
    assert rows_that_hold(SECRET) == []


def test_nothing_is_said_any_more_of_a_withdrawn_piece(cast, rating) -> None:
    piece = note(cast.enrolment, cast.lead, rating)
    use = piece.uses.get()
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    with pytest.raises(EvidenceWithdrawn):
        service.describe_use(actor=cast.lead, use=use, part=SECRET, practice="")
    assert rows_that_hold(SECRET) == []


def test_a_withdrawal_of_before_is_finished(cast, rating) -> None:
    piece = add(cast, rating)
    sha256 = piece.sha256
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    Evidence.objects.filter(pk=piece.pk).update(sha256=sha256)
    EvidenceUse.objects.filter(evidence=piece).update(part=SECRET)
    assert tidying.finish_withdrawals() == 1
    assert rows_that_hold(SECRET) == rows_that_hold(sha256) == []
    assert tidying.finish_withdrawals() == 0


def test_a_report_that_named_it_is_made_again(cast, django_capture_on_commit_callbacks) -> None:
    piece = note(cast.enrolment, cast.lead, text=SECRET)
    report = finished_report(cast.enrolment, cast.lead, SECRET.encode())
    kept = Path(default_storage.path(report.file.name))
    with django_capture_on_commit_callbacks(execute=True):
        tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    report.refresh_from_db()
    assert (report.state, report.file.name, report.can_retry) == ("removed", "", True)
    assert not kept.exists()


@pytest.mark.parametrize("kind", ["note", "link"])
def test_a_withdrawn_note_or_link_is_in_no_table_any_more(cast, rating, kind: str) -> None:
    secret = "zephyrine-quillfeather"
    if kind == "note":
        piece = note(cast.enrolment, cast.lead, rating, text=f"{secret} is ill.")
    else:
        piece = service.add_link(
            actor=cast.lead,
            enrolment=cast.enrolment,
            url=f"https://example.org/{secret}",
            title=f"About {secret}",
            ratings=[rating],
        )
    assert rows_that_hold(secret) == ["assessments_evidence"]
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    assert rows_that_hold(secret) == []


def test_a_second_withdrawal_changes_nothing(cast) -> None:
    piece = note(cast.enrolment, cast.lead)
    assert tidying.withdraw(actor=cast.lead, evidence=piece, reason="First.") is True
    assert tidying.withdraw(actor=cast.member, evidence=piece, reason="Second.") is False
    kept = Evidence.objects.get(pk=piece.pk)
    assert (kept.withdrawn_by, kept.withdrawn_reason) == (cast.lead, "First.")
    assert AuditEvent.objects.filter(action="evidence.withdrawn").count() == 1


def test_a_withdrawn_piece_takes_no_words_from_a_late_request(cast) -> None:
    piece = note(cast.enrolment, cast.lead)
    late = Evidence.objects.get(pk=piece.pk)
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    service.describe_evidence(
        actor=cast.lead, evidence=late, title=SECRET, description=SECRET, codes=[]
    )
    assert rows_that_hold(SECRET) == []


@pytest.mark.parametrize(
    "change", [{"note": "Back again."}, {"url": "https://example.org/"}, {"file": "evidence/x"}]
)
def test_the_database_lets_no_content_back_into_a_withdrawn_piece(cast, change: dict) -> None:
    piece = note(cast.enrolment, cast.lead)
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="Wrong.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.filter(pk=piece.pk).update(**change)


def test_the_sweep_removes_old_files_without_a_row_and_nothing_else(cast) -> None:
    kept = default_storage.path(add(cast).file.name)
    folder = Path(kept).parent
    orphan, fresh = folder / str(uuid.uuid4()), folder / str(uuid.uuid4())
    for path in (orphan, fresh):
        path.write_bytes(b"left behind")
    yesterday = time.time() - 24 * 3600
    os.utime(orphan, (yesterday, yesterday))
    os.utime(kept, (yesterday, yesterday))
    others = [p for p in stored() if p.parent == folder and p not in {orphan, fresh, Path(kept)}]
    for path in others:
        path.unlink()
    assert tidying.remove_orphans() == 1
    assert not orphan.exists()
    assert fresh.exists()
    assert Path(kept).exists()


def test_a_withdrawal_cut_short_is_finished_by_the_sweep(cast) -> None:
    piece = add(cast)
    path = Path(default_storage.path(piece.file.name))
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="Wrong.")  # never committed: no delete
    assert path.exists()
    os.utime(path, (0, 0))
    tidying.remove_orphans()
    assert not path.exists()
