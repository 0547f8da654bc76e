"""Withdrawn for good: no byte and no word is left, and an interrupted withdrawal is finished."""

import os
import time
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from accelerator.models import AuditEvent
from assessments.evidence import services as service
from assessments.models import Evidence
from tests.factories.assessment import note, started
from tests.factories.evidence import add, rows_that_hold, stored

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
        assert service.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    assert stored() == before
    assert rows_that_hold(SECRET) == []
    kept = Evidence.objects.get(pk=piece.pk)
    assert (kept.title, kept.size, kept.file.name) == ("Withdrawn file", 0, "")
    assert (kept.withdrawn_by, kept.withdrawn_reason) == (cast.lead, "It named somebody.")
    assert kept.uses.count() == 1


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
    service.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    assert rows_that_hold(secret) == []


def test_a_second_withdrawal_changes_nothing(cast) -> None:
    piece = note(cast.enrolment, cast.lead)
    assert service.withdraw(actor=cast.lead, evidence=piece, reason="First.") is True
    assert service.withdraw(actor=cast.member, evidence=piece, reason="Second.") is False
    kept = Evidence.objects.get(pk=piece.pk)
    assert (kept.withdrawn_by, kept.withdrawn_reason) == (cast.lead, "First.")
    assert AuditEvent.objects.filter(action="evidence.withdrawn").count() == 1


def test_a_withdrawn_piece_takes_no_words_from_a_late_request(cast) -> None:
    piece = note(cast.enrolment, cast.lead)
    late = Evidence.objects.get(pk=piece.pk)
    service.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    service.describe_evidence(
        actor=cast.lead, evidence=late, title=SECRET, description=SECRET, codes=[]
    )
    assert rows_that_hold(SECRET) == []


@pytest.mark.parametrize(
    "change", [{"note": "Back again."}, {"url": "https://example.org/"}, {"file": "evidence/x"}]
)
def test_the_database_lets_no_content_back_into_a_withdrawn_piece(cast, change: dict) -> None:
    piece = note(cast.enrolment, cast.lead)
    service.withdraw(actor=cast.lead, evidence=piece, reason="Wrong.")
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
    assert service.remove_orphans() == 1
    assert not orphan.exists()
    assert fresh.exists()
    assert Path(kept).exists()


def test_a_withdrawal_cut_short_is_finished_by_the_sweep(cast) -> None:
    piece = add(cast)
    path = Path(default_storage.path(piece.file.name))
    service.withdraw(actor=cast.lead, evidence=piece, reason="Wrong.")  # never committed: no delete
    assert path.exists()
    os.utime(path, (0, 0))
    service.remove_orphans()
    assert not path.exists()
