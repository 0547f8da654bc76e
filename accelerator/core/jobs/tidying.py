"""What becomes of finished reports: kept for REPORT_KEEP_DAYS, then the row says so."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import ReportJob

State = ReportJob.State
ORPHAN_AGE = timedelta(days=1)


def _storage() -> Storage:
    return ReportJob._meta.get_field("file").storage


def remove_old_reports() -> int:
    """Remove the files of reports that are older than REPORT_KEEP_DAYS; how many went."""
    old = ReportJob.objects.filter(
        state=State.DONE, finished_at__lt=Now() - timedelta(days=settings.REPORT_KEEP_DAYS)
    )
    return sum(_remove(job) for job in old.iterator())


@transaction.atomic
def _remove(job: ReportJob) -> bool:
    removed = ReportJob.objects.filter(pk=job.pk, state=State.DONE, file=job.file.name).update(
        state=State.REMOVED,
        file="",
        size=0,
        error=f"It was removed after {settings.REPORT_KEEP_DAYS} days. You can make it again.",
    )
    if removed:
        audit.record(None, "report.removed", job)
        transaction.on_commit(lambda: _storage().delete(job.file.name))
    return bool(removed)


def remove_orphans() -> int:
    """Delete report files that no row names and that nobody is still writing; how many went."""
    storage = _storage()
    try:
        folders, _ = storage.listdir("reports")
    except FileNotFoundError:
        return 0
    before = timezone.now() - ORPHAN_AGE
    removed = 0
    for folder in folders:
        kept = set(ReportJob.objects.filter(pk=folder).values_list("file", flat=True))
        for name in storage.listdir(f"reports/{folder}")[1]:
            path = f"reports/{folder}/{name}"
            if path not in kept and storage.get_modified_time(path) < before:
                storage.delete(path)
                removed += 1
    return removed
