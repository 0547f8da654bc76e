"""What becomes of finished reports: kept for REPORT_KEEP_DAYS, then the row says so."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accelerator.core import audit
from accelerator.core.stored import remove_unnamed
from accelerator.models import Enrolment, ReportJob

State = ReportJob.State


def _storage() -> Storage:
    return ReportJob._meta.get_field("file").storage


def remove_old_reports() -> int:
    """Remove the files of reports that are older than REPORT_KEEP_DAYS; how many went."""
    old = ReportJob.objects.filter(
        state=State.DONE, finished_at__lt=Now() - timedelta(days=settings.REPORT_KEEP_DAYS)
    )
    why = f"It was removed after {settings.REPORT_KEEP_DAYS} days. You can make it again."
    return sum(_remove(job, why) for job in old.iterator())


@transaction.atomic
def remove_reports_of(enrolment: Enrolment) -> int:
    """Remove the files that show words which just went; how many. What is being made begins again.

    The enrolment's row is locked first, and stays so: a report that is asked for meanwhile waits,
    and reads nothing that went.
    """
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    reports = ReportJob.objects.filter(
        Q(enrolment=enrolment) | Q(enrolment=None, cohort=enrolment.cohort_id)
    )
    begun = reports.filter(state__in=ReportJob.OPEN).select_for_update()
    # `run` stays, so that whoever makes it now no longer holds it; the sweep hands it out.
    ReportJob.objects.filter(pk__in=[job.pk for job in begun]).update(
        state=State.QUEUED, task_id="", progress=0, progress_text="", touched_at=Now()
    )
    why = "It showed something that was removed for good. You can make it again without."
    return sum(_remove(job, why) for job in reports.filter(state=State.DONE))


@transaction.atomic
def _remove(job: ReportJob, why: str) -> bool:
    removed = ReportJob.objects.filter(pk=job.pk, state=State.DONE, file=job.file.name).update(
        state=State.REMOVED,
        file="",
        size=0,
        sha256="",
        error=why,
    )
    if removed:
        audit.record(None, "report.removed", job)
        transaction.on_commit(lambda: _storage().delete(str(job.file.name)))
    return bool(removed)


def remove_orphans() -> int:
    """Delete old report files that no job names; how many went."""
    jobs = ReportJob.objects.exclude(file="")
    return remove_unnamed(_storage(), "reports", lambda: set(jobs.values_list("file", flat=True)))
