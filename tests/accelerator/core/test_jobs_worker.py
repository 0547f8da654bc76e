"""Reports made by real workers, and what becomes of one whose worker dies."""

import hashlib
from pathlib import Path

import pytest
from django.urls import reverse

from accelerator.core.jobs.services import MAX_RUNS, cancel_job, request_job, retry_job
from accelerator.core.queue import enqueue, enqueue_job
from accelerator.models import AuditEvent, Membership, ReportJob
from assessments.submission.queries import HEATMAP_REPORT
from tests.factories.assessment import submitted
from tests.redis_server import Server
from tests.worker import forget_connections, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
State = ReportJob.State


@pytest.fixture
def files(settings, tmp_path) -> Path:
    """A folder of this test's own for what workers store."""
    settings.EVIDENCE_ROOT = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            **settings.STORAGES["default"],
            "OPTIONS": {
                **settings.STORAGES["default"]["OPTIONS"],
                "location": settings.EVIDENCE_ROOT,
            },
        },
    }
    return settings.EVIDENCE_ROOT


@pytest.fixture
def assessment(cast, files):
    return submitted(cast.enrolment, cast.lead)


def stored(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


def ask(cast, assessment) -> ReportJob:
    job = request_job(
        actor=cast.lead,
        kind=HEATMAP_REPORT,
        title="Heat-map",
        params={"assessment": assessment.pk},
        enrolment=cast.enrolment,
    )
    enqueue_job(job)
    return job


def reaches(job: ReportJob, *states: str, seconds: float = 60) -> ReportJob:
    wait_for(lambda: ReportJob.objects.filter(pk=job.pk, state__in=states).exists(), seconds)
    job.refresh_from_db()
    return job


def frozen_while_running(worker, job: ReportJob) -> None:
    """Stops the child in the middle of its work."""
    child = worker.child
    reaches(job, State.RUNNING)
    worker.freeze()
    assert worker.child == child
    job.refresh_from_db()
    assert job.state == State.RUNNING, "it was too quick to be caught"


def assert_whole(job: ReportJob, files: Path) -> None:
    assert job.state == State.DONE, job.error
    (path,) = stored(files)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert job.size == len(content)
    assert job.sha256 == hashlib.sha256(content).hexdigest()


def test_a_worker_makes_the_report_and_only_its_people_may_have_it(
    cast, assessment, files, worker, sign_in
) -> None:
    worker()
    job = reaches(ask(cast, assessment), State.DONE, State.FAILED)
    assert_whole(job, files)
    assert (job.progress, job.run, job.error) == (100, 1, "")
    assert job.finished_at is not None
    assert list(
        AuditEvent.objects.filter(target__endswith=str(job.pk)).values_list("action", flat=True)
    ) == ["report.made", "report.requested"]
    answer = sign_in(cast.member).get(reverse("job_download", args=[job.pk]))
    assert hashlib.sha256(answer.getvalue()).hexdigest() == job.sha256
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert sign_in(cast.outsider).get(reverse("job_download", args=[job.pk])).status_code == 404


def test_cancelled_while_it_is_made_leaves_no_file(cast, assessment, files, worker) -> None:
    made = worker()
    job = ask(cast, assessment)
    frozen_while_running(made, job)
    assert cancel_job(actor=cast.lead, job=job) is True
    made.thaw()
    second = reaches(ask(cast, assessment), State.DONE, State.FAILED)
    assert_whole(second, files)
    job.refresh_from_db()
    assert (job.state, job.file.name) == (State.CANCELLED, "")


def test_cancelled_and_asked_for_again_while_the_first_worker_is_still_at_it(
    cast, assessment, files, worker
) -> None:
    slow = worker()
    job = ask(cast, assessment)
    frozen_while_running(slow, job)
    cancel_job(actor=cast.lead, job=job)
    assert retry_job(actor=cast.lead, job=job) is True
    worker()
    enqueue_job(job)
    assert_whole(reaches(job, State.DONE, State.FAILED), files)
    slow.thaw()
    slow.stop()
    job.refresh_from_db()
    assert_whole(job, files)


def test_a_killed_child_is_replaced_and_the_report_is_made(cast, assessment, files, worker) -> None:
    made = worker()
    job = ask(cast, assessment)
    frozen_while_running(made, job)
    made.kill_child()
    assert_whole(reaches(job, State.DONE, State.FAILED), files)
    assert job.run == 2


def test_a_killed_worker_is_replaced_by_another(cast, assessment, files, worker) -> None:
    first = worker()
    job = ask(cast, assessment)
    frozen_while_running(first, job)
    first.kill()
    assert stored(files) == []
    worker()
    assert_whole(reaches(job, State.DONE, State.FAILED), files)
    assert job.run == 2


def test_a_report_that_kills_every_worker_reads_failed_and_can_be_tried_again(
    cast, assessment, files, worker
) -> None:
    made = worker()
    job = ask(cast, assessment)
    for run in range(1, MAX_RUNS + 1):
        wait_for(
            lambda run=run: ReportJob.objects.filter(
                pk=job.pk, run=run, state=State.RUNNING
            ).exists()
        )
        made.freeze()
        made.kill_child()
    reaches(job, State.FAILED)
    assert job.error == "The work was interrupted several times. You can try again."
    assert job.can_retry
    assert stored(files) == []
    assert retry_job(actor=cast.lead, job=job) is True
    enqueue_job(job)
    assert_whole(reaches(job, State.DONE, State.FAILED), files)


def test_a_person_who_lost_access_meanwhile_gets_a_sentence_and_no_file(
    cast, assessment, files, worker
) -> None:
    job = ask(cast, assessment)
    Membership.objects.filter(user=cast.lead).delete()
    worker()
    reaches(job, State.DONE, State.FAILED)
    assert (job.state, job.error) == (
        State.FAILED,
        "You can no longer open this assessment.",
    )
    assert stored(files) == []


def test_a_job_that_never_reached_the_broker_is_handed_out_by_the_sweep(
    cast, assessment, files, worker, broker
) -> None:
    job = ask(cast, assessment)
    broker.flushdb()
    worker(JOB_WAITING_SECONDS="0")
    enqueue("accelerator.sweep")
    assert_whole(reaches(job, State.DONE, State.FAILED), files)


def test_the_same_job_delivered_to_two_workers_makes_one_file(
    cast, assessment, files, worker
) -> None:
    job = ask(cast, assessment)
    for _ in range(5):
        enqueue_job(job)
    first, second = worker(), worker()
    reaches(job, State.DONE, State.FAILED)
    for made in (first, second):
        made.stop()
    job.refresh_from_db()
    assert_whole(job, files)
    assert job.run == 1


def test_a_lost_redis_does_not_end_a_running_report(
    cast, assessment, files, worker, monkeypatch, tmp_path
) -> None:
    server = Server(tmp_path)
    try:
        monkeypatch.setenv("CELERY_BROKER_URL", f"redis+socket://{server.socket}")
        forget_connections()
        made = worker()
        job = ask(cast, assessment)
        frozen_while_running(made, job)
        server.stop()
        server = Server(tmp_path)
        listening = {"brpop", "psubscribe", "subscribe"}
        wait_for(lambda: any(each["cmd"] in listening for each in server.client.client_list()))
        made.thaw()
        assert_whole(reaches(job, State.DONE, State.FAILED, seconds=30), files)
        assert job.run == 1
    finally:
        server.stop()


def test_a_silent_workers_report_is_made_by_another_within_seconds(
    cast, assessment, files, worker
) -> None:
    silent = worker()
    job = ask(cast, assessment)
    frozen_while_running(silent, job)
    worker(JOB_SILENT_SECONDS="3")

    def made() -> bool:
        enqueue("accelerator.sweep")
        return ReportJob.objects.filter(pk=job.pk, state=State.DONE).exists()

    wait_for(made)
    job.refresh_from_db()
    assert_whole(job, files)
    assert job.run == 2
