"""The life of a ReportJob: queued → running → done, failed or cancelled; retried from the last two.

Every step is one conditional update, so a job has one owner however often a task is delivered.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import Cohort, Enrolment, ReportJob, User

State = ReportJob.State
MAX_RUNS = 3


class JobLost(Exception):
    """The job was cancelled, or another worker took it over: stop without a trace."""


class JobRefused(Exception):
    """The report cannot be made; the message is for the person who asked."""


@dataclass(frozen=True)
class MadeFile:
    content: bytes
    filename: str
    media_type: str


Progress = Callable[[int, str], None]


@transaction.atomic
def request_job(
    *,
    actor: User,
    kind: str,
    title: str,
    params: dict,
    enrolment: Enrolment | None = None,
    cohort: Cohort | None = None,
) -> ReportJob:
    """Ask for a report. The same request while one is open returns that one."""
    # Two presses of one button at the same moment wait for each other here.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    same = ReportJob.objects.filter(
        kind=kind, params=params, requested_by=actor, state__in=ReportJob.OPEN
    ).first()
    if same:
        return same
    job = ReportJob.objects.create(
        kind=kind,
        title=title,
        params=params,
        enrolment=enrolment,
        cohort=cohort,
        requested_by=actor,
    )
    audit.record(actor, "report.requested", job, kind=kind)
    return job


@transaction.atomic
def cancel_job(*, actor: User, job: ReportJob) -> bool:
    """Cancel an open job; False when it had already ended."""
    changed = ReportJob.objects.filter(pk=job.pk, state__in=ReportJob.OPEN).update(
        state=State.CANCELLED, finished_at=timezone.now()
    )
    if changed:
        audit.record(actor, "report.cancelled", job)
    return bool(changed)


@transaction.atomic
def retry_job(*, actor: User, job: ReportJob) -> bool:
    """Queue a failed or cancelled job again; False when it was neither."""
    changed = ReportJob.objects.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED]).update(
        state=State.QUEUED,
        run=0,
        task_id="",
        progress=0,
        progress_text="",
        error="",
        finished_at=None,
        requested_at=timezone.now(),
        touched_at=timezone.now(),
    )
    if changed:
        audit.record(actor, "report.retried", job)
    return bool(changed)


def run_job(*, job_id: str, task_id: str, make: Callable[[ReportJob, Progress], MadeFile]) -> None:
    """Claim the job, make its file, and finish it, unless it was cancelled on the way.

    A task delivered a second time under the same id takes over from its dead first worker,
    until MAX_RUNS workers have died of it.
    """
    free = ReportJob.objects.filter(
        Q(state=State.QUEUED) | Q(state=State.RUNNING, task_id=task_id), pk=job_id
    )
    _give_up(free)
    claimed = free.update(
        state=State.RUNNING,
        task_id=task_id,
        run=F("run") + 1,
        progress=0,
        touched_at=timezone.now(),
    )
    if not claimed:
        return
    job = ReportJob.objects.select_related("enrolment", "cohort", "requested_by").get(pk=job_id)
    ended = False
    try:
        _finish(job, make(job, lambda percent, text: _touch(job, percent, text)))
        ended = True
    except JobLost:
        ended = True
    except JobRefused as error:
        _fail(job, str(error))
        ended = True
    finally:
        if not ended:
            _fail(job, "Something went wrong while making this report. You can try again.")


def _give_up(jobs: QuerySet[ReportJob]) -> None:
    """Fail those of `jobs` that ended MAX_RUNS workers already."""
    jobs.filter(run__gte=MAX_RUNS).update(
        state=State.FAILED,
        error="The work was interrupted several times. You can try again.",
        finished_at=timezone.now(),
    )


def _held(job: ReportJob):
    """The job's row while this run still owns it."""
    return ReportJob.objects.filter(
        pk=job.pk, state=State.RUNNING, run=job.run, task_id=job.task_id
    )


def _fail(job: ReportJob, error: str) -> None:
    _held(job).update(state=State.FAILED, error=error[:300], finished_at=timezone.now())


def _touch(job: ReportJob, percent: int, text: str) -> None:
    now = timezone.now()
    if not _held(job).update(progress=percent, progress_text=text[:200], touched_at=now):
        raise JobLost


def _finish(job: ReportJob, made: MadeFile) -> None:
    storage = ReportJob._meta.get_field("file").storage
    name = storage.save(
        ReportJob._meta.get_field("file").generate_filename(job, ""), ContentFile(made.content)
    )
    kept = False
    try:
        with transaction.atomic():
            kept = bool(
                _held(job).update(
                    state=State.DONE,
                    progress=100,
                    progress_text="",
                    file=name,
                    filename=made.filename,
                    media_type=made.media_type,
                    size=len(made.content),
                    sha256=hashlib.sha256(made.content).hexdigest(),
                    finished_at=timezone.now(),
                )
            )
            if kept:
                audit.record(job.requested_by, "report.made", job, kind=job.kind)
    finally:
        if not kept:
            storage.delete(name)


def sweep_jobs() -> list[ReportJob]:
    """The jobs to hand out again: queued and forgotten, or running without a sign of life.

    A job that was given up by MAX_RUNS workers reads failed instead.
    """
    silent_since = timezone.now() - timedelta(seconds=settings.JOB_STALE_SECONDS)
    silent = ReportJob.objects.filter(state__in=ReportJob.OPEN, touched_at__lt=silent_since)
    _give_up(silent)
    jobs = list(silent)
    silent.update(state=State.QUEUED, task_id="", touched_at=timezone.now())
    return jobs
