"""Evidence withdrawn for good, and what an interrupted withdrawal leaves behind."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit, words
from accelerator.core.jobs.tidying import remove_reports_of
from accelerator.core.redaction import Cell, Mode, remove
from accelerator.core.stored import remove_unnamed
from accelerator.models import AuditEvent, Enrolment, User
from assessments.evidence.queries.stored import forget_pages
from assessments.models import Evidence


@transaction.atomic
def withdraw(*, actor: User, evidence: Evidence, reason: str) -> bool:
    """Remove a piece's content for good; False when that was done before.

    Its row and uses stay, without its name, its hash and what was said of its parts, so that
    readers see that something was here; reports that named it are made again. The file goes when
    the transaction is saved; `remove_orphans` finishes the work after a crash.
    """
    # Before the piece itself, as whoever adds one or removes words does.
    Enrolment.objects.select_for_update().get(pk=evidence.enrolment_id)
    row = Evidence.objects.select_for_update().select_related("enrolment").get(pk=evidence.pk)
    if row.is_withdrawn:
        return False
    storage, name, sha256 = row.file.storage, row.file.name, row.sha256
    row.file, row.url, row.note, row.size, row.description = "", "", "", 0, ""
    row.title = row.original_name = f"Withdrawn {row.get_kind_display().lower()}"
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = timezone.now(), actor, reason
    row.save()
    audit.record(actor, "evidence.withdrawn", row, kind=row.kind)
    _clear_traces(actor, row)
    remove_reports_of(row.enrolment)
    if name:
        transaction.on_commit(lambda: storage.delete(name))
        # A cache that is down must not stop a withdrawal; what it kept expires within minutes.
        transaction.on_commit(lambda: forget_pages(sha256), robust=True)
    return True


def _clear_traces(actor: User, row: Evidence) -> None:
    """Remove what tells of a withdrawn piece: its hash, and what was written of its parts."""
    cells = list(_traces(row))
    remove(who=actor, mode=Mode.CLEARED, kind="withdrawn", reason="", target=row, cells=cells)


def _traces(row: Evidence) -> Iterator[Cell]:
    for each in words.going_with("assessments.Evidence"):
        for pk in sorted(each.pks(each.goes_with[1], row.pk)):
            yield from (Cell(each.model_class, name, pk) for name in each.fields)
    if row.sha256:
        added = AuditEvent.objects.filter(
            target=f"assessments.evidence:{row.pk}", data__has_key="sha256"
        )
        yield from (Cell(event, "data", words=(row.sha256,)) for event in added)
    yield Cell(row, "sha256")


def finish_withdrawals() -> int:
    """Clear what withdrawals before this rule left behind; how many pieces."""
    left = Evidence.objects.exclude(withdrawn_at=None).exclude(sha256="")
    pieces = left.select_related("withdrawn_by")
    for row in pieces:
        if row.withdrawn_by is not None:
            with transaction.atomic():
                _clear_traces(row.withdrawn_by, row)
    return len(pieces)


def remove_orphans() -> int:
    """Delete stored evidence that no row keeps any more; how many files went."""
    storage = Evidence._meta.get_field("file").storage
    rows = Evidence.objects.exclude(file="")
    return remove_unnamed(storage, "evidence", lambda: set(rows.values_list("file", flat=True)))
