"""The life of a report: asked for once, held by one worker, ended once, with a whole file."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accelerator.core.jobs.services import (
    MAX_RUNS,
    JobLost,
    JobRefused,
    MadeFile,
    cancel_job,
    request_job,
    retry_job,
    run_job,
    sweep_jobs,
)
from accelerator.models import AuditEvent, ReportJob

State = ReportJob.State
FILE = MadeFile(b"A whole report.", "report.txt", "text/plain")


@pytest.fixture
def files(settings, tmp_path) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    return tmp_path / "files"


@pytest.fixture
def job(cast, files) -> ReportJob:
    return ask(cast)


def ask(cast, number: int = 1) -> ReportJob:
    return request_job(
        actor=cast.lead,
        kind="test.report",
        title="A report",
        params={"number": number},
        enrolment=cast.enrolment,
    )


def make(job, progress) -> MadeFile:
    progress(50, "Half way")
    return FILE


def run(job: ReportJob, make=make, task_id: str = "task-1") -> ReportJob:
    run_job(job_id=str(job.pk), task_id=task_id, make=make)
    job.refresh_from_db()
    return job


def stored(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


def actions(job: ReportJob) -> list[str]:
    events = AuditEvent.objects.filter(target=f"accelerator.reportjob:{job.pk}").order_by("id")
    return list(events.values_list("action", flat=True))


def test_a_finished_report_has_its_file_size_and_sum(job, files) -> None:
    seen = []

    def watched(job, progress):
        progress(30, "Drawing the pages")
        seen.append(ReportJob.objects.values("state", "progress", "progress_text").get(pk=job.pk))
        return FILE

    run(job, watched)
    assert seen == [{"state": "running", "progress": 30, "progress_text": "Drawing the pages"}]
    assert (job.state, job.progress, job.run) == (State.DONE, 100, 1)
    assert [path.read_bytes() for path in stored(files)] == [FILE.content]
    with job.file.open() as file:
        assert file.read() == FILE.content
    assert (job.size, job.sha256) == (15, hashlib.sha256(FILE.content).hexdigest())
    assert actions(job) == ["report.requested", "report.made"]


def test_asking_again_while_it_is_open_is_the_same_report(cast, job) -> None:
    assert ask(cast) == job
    assert ask(cast, number=2) != job
    assert (
        request_job(
            actor=cast.member, kind=job.kind, title="", params=job.params, enrolment=cast.enrolment
        )
        != job
    )
    run(job)
    assert ask(cast) != job
    assert actions(job).count("report.requested") == 1


@pytest.mark.django_db(transaction=True)
def test_asking_ten_times_at_once_is_one_report(cast, files) -> None:
    start = Barrier(10)

    def press(_) -> str:
        try:
            start.wait()
            return ask(cast).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        asked = set(pool.map(press, range(10)))
    assert len(asked) == ReportJob.objects.count() == 1


def test_cancelled_before_it_starts_is_never_made(cast, job, files) -> None:
    assert cancel_job(actor=cast.lead, job=job) is True
    run(job)
    assert (job.state, job.run) == (State.CANCELLED, 0)
    assert job.finished_at is not None
    assert stored(files) == []
    assert cancel_job(actor=cast.lead, job=job) is False
    assert actions(job) == ["report.requested", "report.cancelled"]


def test_cancelled_while_it_is_made_stops_at_the_next_step(cast, job, files) -> None:
    def cancelled_half_way(job, progress):
        cancel_job(actor=cast.lead, job=job)
        with pytest.raises(JobLost):
            progress(60, "Going on")
        progress(70, "Going on")
        raise AssertionError("it went on")

    run(job, cancelled_half_way)
    assert (job.state, job.file.name, job.progress) == (State.CANCELLED, "", 0)
    assert stored(files) == []


def test_cancelled_at_the_last_moment_keeps_no_file(cast, job, files) -> None:
    def cancelled_at_the_end(job, progress):
        cancel_job(actor=cast.lead, job=job)
        return FILE

    run(job, cancelled_at_the_end)
    assert (job.state, job.file.name, job.size, job.sha256) == (State.CANCELLED, "", 0, "")
    assert stored(files) == []
    assert actions(job) == ["report.requested", "report.cancelled"]


def test_a_finished_report_can_be_neither_cancelled_nor_retried_nor_made_again(
    cast, job, files
) -> None:
    run(job)
    assert cancel_job(actor=cast.lead, job=job) is False
    assert retry_job(actor=cast.lead, job=job) is False
    run(job, task_id="task-1")
    assert (job.state, job.run) == (State.DONE, 1)
    assert len(stored(files)) == 1


def test_a_refusal_is_told_in_its_own_words(cast, job, files) -> None:
    def refuse(job, progress):
        raise JobRefused("You can no longer open this assessment.")

    run(job, refuse)
    assert (job.state, job.error) == (State.FAILED, "You can no longer open this assessment.")


def test_a_fault_is_logged_whole_and_told_without_details(cast, job, files) -> None:
    def fault(job, progress):
        raise ZeroDivisionError("secret detail")

    with pytest.raises(ZeroDivisionError):
        run(job, fault)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error == "Something went wrong while making this report. You can try again."
    assert stored(files) == []


def test_a_failed_report_is_made_when_tried_again(cast, job, files) -> None:
    def refuse(job, progress):
        raise JobRefused("Not now.")

    run(job, refuse)
    assert job.can_retry
    assert retry_job(actor=cast.member, job=job) is True
    job.refresh_from_db()
    assert (job.state, job.error, job.run, job.finished_at) == (State.QUEUED, "", 0, None)
    assert retry_job(actor=cast.member, job=job) is False
    assert run(job, task_id="task-2").state == State.DONE
    assert actions(job)[1:] == ["report.retried", "report.made"]


def test_a_second_delivery_takes_over_from_a_dead_worker(job, files) -> None:
    def overtaken(held, progress):
        run_job(job_id=str(held.pk), task_id="task-1", make=make)
        progress(60, "Not dead after all")
        raise AssertionError("it went on")

    run(job, overtaken)
    assert (job.state, job.run) == (State.DONE, 2)
    assert len(stored(files)) == 1
    assert actions(job).count("report.made") == 1


def test_another_task_leaves_a_running_report_alone(job, files) -> None:
    def busy(held, progress):
        run_job(job_id=str(held.pk), task_id="task-2", make=lambda *_: pytest.fail("made twice"))
        return FILE

    run(job, busy)
    assert (job.state, job.run) == (State.DONE, 1)
    assert len(stored(files)) == 1


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_make_one_file(cast, files) -> None:
    job, start, made = ask(cast), Barrier(10), Event()

    def work(number: int) -> None:
        try:
            start.wait()
            run_job(job_id=str(job.pk), task_id=f"task-{number}", make=make)
        finally:
            connection.close()
            made.set()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    job.refresh_from_db()
    assert (job.state, job.run) == (State.DONE, 1)
    assert len(stored(files)) == 1
    assert actions(job).count("report.made") == 1


def test_a_report_that_ended_three_workers_is_given_up(cast, job, files) -> None:
    ReportJob.objects.filter(pk=job.pk).update(state=State.RUNNING, run=MAX_RUNS, task_id="task-1")
    run(job, lambda *_: pytest.fail("started again"), task_id="task-1")
    assert (job.state, job.run) == (State.FAILED, MAX_RUNS)
    assert job.error == "The work was interrupted several times. You can try again."


def age(job: ReportJob, seconds: float, **more) -> None:
    touched = timezone.now() - timedelta(seconds=seconds)
    ReportJob.objects.filter(pk=job.pk).update(touched_at=touched, **more)


def test_the_sweep_hands_out_what_was_forgotten_and_only_that(cast, files, settings) -> None:
    settings.JOB_SILENT_SECONDS = settings.JOB_WAITING_SECONDS = 60
    forgotten, silent, fresh, busy, done = (ask(cast, number) for number in range(5))
    run(done)
    age(forgotten, 61)
    age(silent, 61, state=State.RUNNING, task_id="dead", run=1)
    age(busy, 59, state=State.RUNNING, task_id="alive", run=1)
    age(done, 61)
    assert set(sweep_jobs()) == {forgotten, silent}
    assert sweep_jobs() == [], "once is enough"
    fresh.refresh_from_db()
    busy.refresh_from_db()
    assert (fresh.state, busy.state, busy.task_id) == (State.QUEUED, State.RUNNING, "alive")
    assert run(silent, task_id="new").state == State.DONE
    assert silent.run == 2


def test_queued_jobs_whose_tasks_wait_for_a_worker_are_not_handed_out_twice(
    cast, files, settings
) -> None:
    settings.JOB_WAITING_SECONDS = 5
    jobs = {ask(cast, number) for number in range(3)}
    for job in jobs:
        age(job, 6)
    assert sweep_jobs(in_queue=3) == []
    assert set(sweep_jobs(in_queue=2)) == jobs


def test_the_sweep_gives_up_after_three_workers(cast, job, files, settings) -> None:
    settings.JOB_SILENT_SECONDS = settings.JOB_WAITING_SECONDS = 60
    age(job, 61, state=State.RUNNING, task_id="dead", run=MAX_RUNS)
    assert sweep_jobs() == []
    job.refresh_from_db()
    assert (job.state, job.can_retry) == (State.FAILED, True)
    assert job.error == "The work was interrupted several times. You can try again."


def test_pages_cancel_and_retry_and_hold_no_file_before_its_time(cast, job, sign_in) -> None:
    client = sign_in(cast.lead)
    page = reverse("job", args=[job.pk])
    assert client.get(reverse("job_download", args=[job.pk])).url == page
    assert client.post(reverse("job_cancel", args=[job.pk])).url == page
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert client.post(reverse("job_retry", args=[job.pk])).url == page
    job.refresh_from_db()
    assert job.state == State.QUEUED
    for name in ("job_cancel", "job_retry"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 405
