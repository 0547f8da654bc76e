"""Evidence: taken in, attached, described."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from accelerator.core import audit, files
from accelerator.core.closing import hold_open
from accelerator.core.constraints import refused_as
from accelerator.core.limits import too_often
from accelerator.models import Enrolment, User
from assessments.evidence.queries.described import read_of
from assessments.evidence.values import description_read, use_read
from assessments.models import Assessment, Evidence, EvidenceUse, Rating
from assessments.models.assessment import LOCKED
from assessments.rules.problems import AssessmentLocked, EvidenceWithdrawn, StaleDescription

log = structlog.get_logger(__name__)
SCAN_SECONDS = 10.0
NOT_LOOKED_AT = (
    "Not looked at: too many files came at once, or took too long. Please send it again."
)
CLOSED = "The assessment was closed meanwhile, so this file was not kept."
FAILED = (
    "Something went wrong here. See whether it is in your evidence library, "
    "and if it is not, send it again."
)


@dataclass(frozen=True)
class Outcome:
    """What became of one uploaded file: its piece of evidence or None, and the sentence."""

    name: str
    evidence: Evidence | None
    message: str


def add_files(
    *,
    actor: User,
    enrolment: Enrolment,
    uploads: Iterable[UploadedFile],
    ratings: Iterable[Rating] = (),
) -> list[Outcome]:
    """Take in each file by itself, within the files and seconds of one request."""
    outcomes: list[Outcome] = []
    ratings = list(ratings)
    started = time.monotonic()
    for upload in uploads:
        name = files.safe_display_name(upload.name or "")
        late = time.monotonic() - started >= settings.UPLOAD_SECONDS
        if late or len(outcomes) >= settings.UPLOAD_MAX_FILES:
            outcomes.append(Outcome(name, None, NOT_LOOKED_AT))
        elif sentence := too_often("uploads", actor):
            outcomes.append(Outcome(name, None, sentence))
        else:
            outcomes.append(_outcome(actor, enrolment, upload, name, ratings))
    return outcomes


def _outcome(
    actor: User, enrolment: Enrolment, upload: UploadedFile, name: str, ratings: list[Rating]
) -> Outcome:
    try:
        piece = add_file(
            actor=actor, enrolment=enrolment, upload=upload, name=upload.name or "", ratings=ratings
        )
    except files.FileRefused as refusal:
        return Outcome(name, None, refusal.message)
    except AssessmentLocked as error:
        return Outcome(name, None, f"{error} This file was not kept." if str(error) else CLOSED)
    except Exception as error:
        # The others are told all the same what became of them.
        log.exception("upload_failed", error=str(error))
        return Outcome(name, None, FAILED)
    return Outcome(name, piece, piece.description or "Added")


def add_file(
    *,
    actor: User,
    enrolment: Enrolment,
    upload: IO[bytes],
    name: str,
    title: str = "",
    ratings: Iterable[Rating] = (),
) -> Evidence:
    """Inspect, store and attach one file. Nothing is kept unless everything succeeds.

    Raises files.FileRefused, with a sentence for the person who uploads, and AssessmentLocked.
    """
    scan = None
    if settings.CLAMD_URL:
        scan = files.scan_with_clamd(settings.CLAMD_URL, timeout=SCAN_SECONDS)
    inspected = files.inspect(upload, name, scan=scan)
    evidence = Evidence(
        enrolment=enrolment,
        kind=Evidence.Kind.FILE,
        title=(title or inspected.display_name)[:150],
        original_name=inspected.display_name,
        media_type=inspected.media_type,
        size=inspected.size,
        sha256=inspected.sha256,
        description=inspected.note,
        added_by=actor,
    )
    with inspected.content, transaction.atomic():
        _check_quota(enrolment, inspected.size, inspected.display_name)
        inspected.content.seek(0)
        evidence.file.save(inspected.display_name, File(inspected.content), save=False)
        try:
            _keep(actor, evidence, ratings)
        except BaseException:
            # Not saved for certain; an error of saving itself may follow it: `remove_orphans`.
            evidence.file.storage.delete(evidence.file.name or "")
            raise
    return evidence


@transaction.atomic
def add_link(
    *, actor: User, enrolment: Enrolment, url: str, title: str, ratings: Iterable[Rating] = ()
) -> Evidence:
    evidence = Evidence(
        enrolment=enrolment,
        kind=Evidence.Kind.LINK,
        title=(title or url)[:150],
        url=url,
        added_by=actor,
    )
    return _keep(actor, evidence, ratings)


@transaction.atomic
def add_note(
    *, actor: User, enrolment: Enrolment, note: str, title: str, ratings: Iterable[Rating] = ()
) -> Evidence:
    evidence = Evidence(
        enrolment=enrolment,
        kind=Evidence.Kind.NOTE,
        title=(title or " ".join(note.split()))[:150],
        note=note,
        added_by=actor,
    )
    return _keep(actor, evidence, ratings)


def _check_quota(enrolment: Enrolment, size: int, name: str) -> None:
    """Refuse a file for which the enrolment has no room; two uploads at once are counted both."""
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    used = Evidence.objects.filter(enrolment=enrolment).bytes_used()
    if used + size > settings.EVIDENCE_QUOTA_BYTES:
        room = filesizeformat(max(0, settings.EVIDENCE_QUOTA_BYTES - used))
        raise files.FileRefused("quota", name=name, room=room)


def _keep(actor: User, evidence: Evidence, ratings: Iterable[Rating]) -> Evidence:
    hold_open(evidence.enrolment_id, AssessmentLocked)
    evidence.save(force_insert=True)
    audit.record(actor, "evidence.added", evidence, kind=evidence.kind)
    for rating in ratings:
        _attach(actor, evidence, rating)
    return evidence


def _attach(actor: User, evidence: Evidence, rating: Rating) -> None:
    if rating.assessment.enrolment_id != evidence.enrolment_id:
        raise ValueError("Evidence is used by its own enrolment only.")
    _require_kept(evidence)
    with refused_as(LOCKED, AssessmentLocked):
        _, created = EvidenceUse.objects.get_or_create(rating=rating, evidence=evidence)
    if created:
        audit.record(actor, "evidence.attached", evidence, rating=rating.pk)


def _require_kept(evidence: Evidence) -> None:
    """Lock the piece, so that a withdrawal waits for what is said of it, or comes first."""
    if not Evidence.objects.kept().filter(pk=evidence.pk).select_for_update().exists():
        raise EvidenceWithdrawn(f"evidence {evidence.pk} was withdrawn")


@transaction.atomic
def attach(*, actor: User, evidence: Iterable[Evidence], ratings: Iterable[Rating]) -> None:
    """Attach each piece to each rating; what is attached already stays. Raises AssessmentLocked."""
    ratings = list(ratings)
    for piece in evidence:
        hold_open(piece.enrolment_id, AssessmentLocked)
        for rating in ratings:
            _attach(actor, piece, rating)


@transaction.atomic
def detach(*, actor: User, use: EvidenceUse) -> None:
    """Take one piece off one rating; it stays in the library. Raises AssessmentLocked."""
    hold_open(use.evidence.enrolment_id, AssessmentLocked)
    with refused_as(LOCKED, AssessmentLocked):
        EvidenceUse.objects.filter(pk=use.pk).delete()
    audit.record(actor, "evidence.detached", use.evidence, rating=use.rating_id)


@transaction.atomic
def describe_use(
    *, actor: User, use: EvidenceUse, part: str, practice: str, read: str | None = None
) -> None:
    """Say which part of the evidence matters here and what it shows.

    `read` is the fingerprint of what the form was opened on; None: whatever stands. Raises
    AssessmentLocked, EvidenceWithdrawn and StaleDescription.
    """
    hold_open(use.evidence.enrolment_id, AssessmentLocked)
    _require_kept(use.evidence)
    row = EvidenceUse.objects.select_for_update().get(pk=use.pk)
    stands = use_read(row.part, row.practice)
    if read not in (None, stands) and stands != use_read(part, practice):
        raise StaleDescription
    with refused_as(LOCKED, AssessmentLocked):
        EvidenceUse.objects.filter(pk=use.pk).update(part=part, practice=practice)
    audit.record(actor, "evidence.described", use.evidence, rating=use.rating_id)


@transaction.atomic
def describe_evidence(
    *,
    actor: User,
    evidence: Evidence,
    title: str,
    description: str,
    assessment: Assessment | None = None,
    codes: Iterable[str] = (),
    read: str | None = None,
) -> None:
    """Rename and describe a piece, and make `codes` the criteria of `assessment` that use it.

    `read` is the fingerprint of what the form was opened on; None: whatever stands. Raises
    AssessmentLocked, StaleDescription and, where something was read, EvidenceWithdrawn.
    """
    hold_open(evidence.enrolment_id, AssessmentLocked)
    row = Evidence.objects.select_for_update().get(pk=evidence.pk)
    wanted = set(codes)
    if read is not None and row.is_withdrawn:
        raise EvidenceWithdrawn
    # Sending the same description again, after a lost reply, is no conflict.
    welcome = (read, description_read(title, description, wanted))
    if read is not None and read_of(row, assessment) not in welcome:
        raise StaleDescription
    Evidence.objects.kept().filter(pk=evidence.pk).update(title=title, description=description)
    audit.record(actor, "evidence.renamed", evidence)
    if assessment is None:
        return
    uses = {
        use.rating.criterion.code: use
        for use in EvidenceUse.objects.filter(
            evidence=evidence, rating__assessment=assessment
        ).select_related("rating__criterion", "evidence")
    }
    for code in uses.keys() - wanted:
        detach(actor=actor, use=uses[code])
    added = wanted - uses.keys()
    ratings = assessment.ratings.filter(criterion__code__in=added).select_related("assessment")
    attach(actor=actor, evidence=[evidence], ratings=ratings)
