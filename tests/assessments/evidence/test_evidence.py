"""Evidence: what is kept and where, what is refused without a trace, where it is used."""

import hashlib
import uuid
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.storage import default_storage

from accelerator.core.files import FileRefused
from accelerator.models import AuditEvent
from assessments.evidence import services as service
from assessments.evidence import tidying
from assessments.evidence.queries.stored import open_verified
from assessments.models import Evidence, EvidenceUse
from assessments.rules.problems import AssessmentLocked, EvidenceDamaged
from assessments.submission.services import submit_assessment
from tests import together
from tests.factories import files as made
from tests.factories.assessment import note, rate_all, started
from tests.factories.evidence import PDF, add, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(cast):
    return started(cast.enrolment, cast.lead)


@pytest.fixture
def rating(assessment):
    return assessment.ratings.select_related("assessment").get(criterion__code="monitor.3")


def test_an_accepted_file_is_stored_under_a_uuid_outside_the_web_root(cast, rating) -> None:
    before = stored()
    piece = add(cast, rating, name="Attendance of May.pdf")
    (path,) = stored() - before
    assert uuid.UUID(path.name) == piece.pk
    assert path.parent == Path(site.EVIDENCE_ROOT) / "evidence"
    assert path.stat().st_mode & 0o077 == 0
    web_roots = [
        site.STATIC_ROOT,
        *(Path(each[-1] if isinstance(each, tuple) else each) for each in site.STATICFILES_DIRS),
    ]
    assert not any(path.is_relative_to(root) for root in web_roots)
    content = path.read_bytes()
    assert content == PDF
    kept = Evidence.objects.get(pk=piece.pk)
    assert (kept.size, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (kept.original_name, kept.media_type) == ("Attendance of May.pdf", "application/pdf")
    assert (kept.title, kept.added_by) == ("Attendance of May.pdf", cast.lead)
    assert [use.rating for use in kept.uses.all()] == [rating]
    assert AuditEvent.objects.filter(action="evidence.added").count() == 1


def test_a_picture_is_kept_without_what_the_camera_wrote(cast, rating) -> None:
    content = made.leaky_picture("JPEG")
    assert made.LEAK.encode() in content
    piece = add(cast, rating, content=content, name="wall.jpg")
    with open_verified(piece) as file:
        kept = file.read()
    assert made.LEAK.encode() not in kept
    assert (piece.size, piece.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ" + bytes(300), "plan.pdf"), (b"", "plan.pdf"), (PDF, "plan.exe"), (PDF, "plan.docx")],
)
def test_a_refused_file_leaves_nothing_anywhere(cast, rating, content: bytes, name: str) -> None:
    before = stored()
    with pytest.raises(FileRefused):
        add(cast, rating, content=content, name=name)
    assert stored() == before
    assert not Evidence.objects.exists()
    assert not EvidenceUse.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="evidence").exists()


def test_a_file_for_a_submitted_assessment_leaves_nothing(cast, assessment, rating) -> None:
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    before = stored()
    with pytest.raises(AssessmentLocked):
        add(cast, rating)
    assert stored() == before
    assert not Evidence.objects.exists()


def test_a_scanner_that_does_not_answer_lets_nothing_in(cast, rating, settings) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    before = stored()
    with pytest.raises(FileRefused, match="scanner-unavailable"):
        add(cast, rating)
    assert stored() == before
    assert not Evidence.objects.exists()


def test_the_quota_is_for_the_whole_enrolment_and_names_the_room_left(
    cast, rating, settings
) -> None:
    settings.EVIDENCE_QUOTA_BYTES = len(PDF) + 100
    add(cast, rating)
    before = stored()
    with pytest.raises(FileRefused) as refused:
        add(cast, name="Second.pdf")
    assert "“Second.pdf”" in refused.value.message
    assert "100\xa0bytes left" in refused.value.message
    assert stored() == before
    assert add(cast, enrolment=cast.other).enrolment == cast.other


def test_the_quota_may_be_filled_to_the_last_byte(cast, settings) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 2 * len(PDF)
    add(cast)
    add(cast)
    assert Evidence.objects.bytes_used() == 2 * len(PDF)


def test_what_is_withdrawn_makes_room(cast, settings) -> None:
    settings.EVIDENCE_QUOTA_BYTES = len(PDF)
    tidying.withdraw(actor=cast.lead, evidence=add(cast), reason="Wrong file.")
    add(cast)


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_cannot_share_the_same_room(cast, settings) -> None:
    settings.EVIDENCE_QUOTA_BYTES = len(PDF) * 2 - 1
    before = stored()
    found = together.outcomes(lambda: add(cast), lambda: add(cast))
    assert sorted(type(each) for each in found if isinstance(each, Evidence)) == [Evidence]
    assert [each.code for each in found if isinstance(each, FileRefused)] == ["quota"]
    assert len(stored() - before) == 1
    assert Evidence.objects.bytes_used() == len(PDF)


def test_one_piece_serves_many_criteria_and_is_attached_once_to_each(cast, assessment) -> None:
    piece = note(cast.enrolment, cast.lead)
    ratings = list(assessment.ratings.select_related("assessment")[:5])
    service.attach(actor=cast.lead, evidence=[piece], ratings=ratings)
    service.attach(actor=cast.lead, evidence=[piece], ratings=ratings)
    assert piece.uses.count() == 5
    assert AuditEvent.objects.filter(action="evidence.attached").count() == 5


def test_the_evidence_of_another_enrolment_is_refused(cast, rating) -> None:
    foreign = note(cast.other, cast.outsider)
    with pytest.raises(ValueError, match="its own enrolment"):
        service.attach(actor=cast.lead, evidence=[foreign], ratings=[rating])
    assert not EvidenceUse.objects.exists()


def test_a_detached_piece_stays_in_the_library_and_in_the_history(cast, rating) -> None:
    use = note(cast.enrolment, cast.lead, rating).uses.get()
    service.detach(actor=cast.lead, use=use)
    assert not EvidenceUse.objects.exists()
    assert Evidence.objects.get().note == "Minutes of May."
    labels = EvidenceUse.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label")
    assert [label for (label,) in labels] == ["insert", "delete"]
    assert AuditEvent.objects.filter(action="evidence.detached").count() == 1


def test_a_use_says_which_part_matters_and_what_it_shows(cast, rating) -> None:
    use = note(cast.enrolment, cast.lead, rating).uses.get()
    service.describe_use(actor=cast.lead, use=use, part="Item 4", practice="used")
    use.refresh_from_db()
    assert (use.part, use.practice_label) == ("Item 4", "shows it is used")


def test_describing_a_piece_makes_its_uses_what_was_ticked(cast, assessment, rating) -> None:
    piece = note(cast.enrolment, cast.lead, rating)
    service.describe_evidence(
        actor=cast.lead,
        evidence=piece,
        title="Board minutes",
        description="From May 2026.",
        assessment=assessment,
        codes=["deliver.1", "sustain.2"],
    )
    piece.refresh_from_db()
    assert (piece.title, piece.description) == ("Board minutes", "From May 2026.")
    codes = piece.uses.values_list("rating__criterion__code", flat=True)
    assert sorted(codes) == ["deliver.1", "sustain.2"]


def test_a_description_that_meets_a_lock_changes_nothing(cast, assessment, rating) -> None:
    piece = note(cast.enrolment, cast.lead, rating)
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    with pytest.raises(AssessmentLocked):
        service.describe_evidence(
            actor=cast.lead,
            evidence=piece,
            title="Another name",
            description="",
            assessment=assessment,
            codes=[],
        )
    piece.refresh_from_db()
    assert piece.title == "Minutes of May."
    assert piece.uses.count() == 1


def test_one_changed_byte_is_noticed(cast) -> None:
    piece = add(cast)
    with open_verified(piece) as file:
        assert file.read() == PDF
    path = Path(default_storage.path(piece.file.name))
    path.chmod(0o600)
    path.write_bytes(PDF[:-1] + bytes([PDF[-1] ^ 1]))
    with pytest.raises(EvidenceDamaged, match="does not match"):
        open_verified(piece)
    path.unlink()
    with pytest.raises(EvidenceDamaged, match="missing"):
        open_verified(piece)
