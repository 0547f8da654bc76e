"""What becomes of finished reports: kept for REPORT_KEEP_DAYS, then the row says so."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.functions import Now

from accelerator.core import audit
from accelerator.core.stored import remove_unnamed
from accelerator.models import ReportJob

State = ReportJob.State


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
        transaction.on_commit(lambda: _storage().delete(str(job.file.name)))
    return bool(removed)


def remove_orphans() -> int:
    """Delete old report files that no job names; how many went."""
    jobs = ReportJob.objects.exclude(file="")
    return remove_unnamed(_storage(), "reports", lambda: set(jobs.values_list("file", flat=True)))
