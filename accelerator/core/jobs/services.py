"""The life of a ReportJob: queued → running → done, failed or cancelled; retried from the last two.

Every step is one conditional update, so a job has one owner however often a task is delivered.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import Cohort, Enrolment, ReportJob, User

State = ReportJob.State
MAX_RUNS = 3
BEAT_SECONDS = 2
DATABASE_AWAY = (OperationalError, InterfaceError)

log = structlog.get_logger(__name__)


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
    """Queue a job again that ended without a file, or lost it; False when it did not."""
    ended = ReportJob.objects.filter(pk=job.pk, state__in=ReportJob.ENDED_WITHOUT_FILE)
    changed = ended.update(
        state=State.QUEUED,
        run=0,
        task_id="",
        progress=0,
        progress_text="",
        error="",
        finished_at=None,
        requested_at=Now(),
        touched_at=Now(),
    )
    if changed:
        audit.record(actor, "report.retried", job)
    return bool(changed)


def run_job(*, job_id: str, task_id: str, make: Callable[[ReportJob, Progress], MadeFile]) -> None:
    """Claim the job, make its file, and finish it, unless it was cancelled on the way.

    A task delivered a second time under the same id takes over from its dead first worker,
    until MAX_RUNS workers have died of it. A database that fails, or a worker that is told to
    stop, puts the job back for the sweep to hand out.
    """
    free = ReportJob.objects.filter(
        Q(state=State.QUEUED) | Q(state=State.RUNNING, task_id=task_id), pk=job_id
    )
    _give_up(free)
    claimed = free.update(
        state=State.RUNNING, task_id=task_id, run=F("run") + 1, progress=0, touched_at=Now()
    )
    if not claimed:
        return
    job = ReportJob.objects.select_related("enrolment", "cohort", "requested_by").get(pk=job_id)
    try:
        with _beating(job):
            _finish(job, make(job, lambda percent, text: _touch(job, percent, text)))
    except JobLost:
        pass
    except JobRefused as error:
        _fail(job, str(error))
    except DATABASE_AWAY:
        _put_back(job)
        raise
    except Exception:
        _fail(job, "Something went wrong while making this report. You can try again.")
        raise
    except BaseException:
        _put_back(job)
        raise


@contextmanager
def _beating(job: ReportJob) -> Iterator[None]:
    """Show a sign of life every BEAT_SECONDS from a thread, however long a step takes."""
    ended = Event()
    thread = Thread(target=_beat, args=(job, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(BEAT_SECONDS)


def _beat(job: ReportJob, ended: Event) -> None:
    """Until the work has ended or is somebody else's; a database that is away is asked again."""
    try:
        while not ended.wait(BEAT_SECONDS):
            try:
                if not _held(job).update(touched_at=Now()):
                    return
            except DATABASE_AWAY as error:
                log.warning("job_heartbeat_missed", job=str(job.pk), error=str(error))
                connection.close()
    finally:
        connection.close()


def _reconnect() -> None:
    """Leave a connection that died while the pages were drawn; the next query makes a new one."""
    if connection.connection and not connection.in_atomic_block and not connection.is_usable():
        connection.close()


def _put_back(job: ReportJob) -> None:
    """Queue the job again; where the database is still away, its silence says the same."""
    try:
        _reconnect()
        _held(job).update(state=State.QUEUED, task_id="", touched_at=Now())
    except DATABASE_AWAY as error:
        log.warning("job_not_put_back", job=str(job.pk), error=str(error))


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
    _reconnect()
    if not _held(job).update(progress=percent, progress_text=text[:200], touched_at=Now()):
        raise JobLost


def _finish(job: ReportJob, made: MadeFile) -> None:
    storage = ReportJob._meta.get_field("file").storage
    name = storage.save(
        ReportJob._meta.get_field("file").generate_filename(job, ""), ContentFile(made.content)
    )
    _reconnect()
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
    # After an error nobody knows whether it was saved: `tidying.remove_orphans` finds out.
    if not kept:
        storage.delete(name)


def sweep_jobs(*, in_queue: int = 0) -> list[ReportJob]:
    """The jobs to hand out again: queued and forgotten, or running without a sign of life.

    `in_queue` is how many tasks wait for a worker: as many queued jobs are not forgotten, only
    not begun. A job that was given up by MAX_RUNS workers reads failed instead.
    """
    silent = _untouched(State.RUNNING, settings.JOB_SILENT_SECONDS)
    waiting = _untouched(State.QUEUED, settings.JOB_WAITING_SECONDS)
    _give_up(silent)
    _give_up(waiting)
    forgotten = list(silent)
    if ReportJob.objects.filter(state=State.QUEUED).count() > in_queue:
        forgotten += waiting
    for job in forgotten:
        log.warning("job_handed_out_again", job=str(job.pk), kind=job.kind, was=job.state)
    ids = [job.pk for job in forgotten]
    (silent | waiting).filter(pk__in=ids).update(state=State.QUEUED, task_id="", touched_at=Now())
    return forgotten


def _untouched(state: State, seconds: float) -> QuerySet[ReportJob]:
    """Jobs in `state` whose last sign of life is that old, by the database's clock."""
    return ReportJob.objects.filter(state=state, touched_at__lt=Now() - timedelta(seconds=seconds))
