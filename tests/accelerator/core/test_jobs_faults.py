"""Reports whose database fails, whose worker is told to stop, or whose steps take long."""

import time
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import F
from django.utils import timezone

from accelerator.core.jobs import services
from accelerator.core.jobs.services import MAX_RUNS, sweep_jobs
from accelerator.models import ReportJob
from tests.accelerator.core.test_jobs import FILE, ask, files, job, run, stored

__all__ = ["files", "job"]
State = ReportJob.State
LONG_AGO = timedelta(minutes=10)


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, SystemExit])
def test_a_lost_database_or_a_stopping_worker_puts_the_job_back(job, files, settings, fault):
    settings.JOB_WAITING_SECONDS = 0

    def interrupted(job, progress):
        raise fault("the server went away")

    with pytest.raises(fault):
        run(job, interrupted)
    job.refresh_from_db()
    assert (job.state, job.task_id, job.error, job.run) == (State.QUEUED, "", "", 1)
    assert sweep_jobs() == [job]
    assert run(job, task_id="task-2").state == State.DONE
    assert len(stored(files)) == 1


def test_a_worker_that_was_thought_dead_leaves_the_second_run_alone(job, files) -> None:
    def overtaken(job, progress):
        # The same task, delivered again, took the job over meanwhile.
        ReportJob.objects.filter(pk=job.pk).update(run=F("run") + 1)
        return FILE

    run(job, overtaken)
    assert (job.state, job.run, job.file.name) == (State.RUNNING, 2, "")
    assert stored(files) == []


def test_a_job_that_waited_long_is_not_silent_when_it_begins(job, files) -> None:
    ReportJob.objects.update(touched_at=timezone.now() - LONG_AGO)

    def begun(job, progress):
        assert sweep_jobs() == []
        return FILE

    assert run(job, begun).state == State.DONE


def test_a_queued_job_that_ended_three_workers_is_not_handed_out_again(job) -> None:
    ReportJob.objects.update(run=MAX_RUNS, touched_at=timezone.now() - LONG_AGO)
    assert sweep_jobs() == []
    job.refresh_from_db()
    assert job.state == State.FAILED


def end_connection() -> None:
    """What a restart of PostgreSQL does to a connection, done from another one."""
    other = connection.copy()
    try:
        with connection.cursor() as cursor, other.cursor() as killer:
            cursor.execute("SELECT pg_backend_pid()")
            killer.execute("SELECT pg_terminate_backend(%s)", cursor.fetchone())
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_while_the_pages_were_drawn_costs_nothing(cast, files) -> None:
    job = ask(cast)

    def drawn(job, progress):
        end_connection()
        progress(50, "Half way")
        end_connection()
        return FILE

    run(job, drawn)
    assert (job.state, job.run) == (State.DONE, 1)
    assert len(stored(files)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_long_step_shows_signs_of_life_and_survives_a_lost_heartbeat(
    cast, files, monkeypatch
) -> None:
    monkeypatch.setattr(services, "BEAT_SECONDS", 0.1)
    job = ask(cast)
    rows = ReportJob.objects.filter(pk=job.pk)

    def end_others() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )

    def beats() -> bool:
        rows.update(touched_at=timezone.now() - LONG_AGO)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if rows.filter(touched_at__gt=timezone.now() - LONG_AGO / 2).exists():
                return True
            time.sleep(0.05)
        return False

    def long(job, progress):
        assert beats()
        end_others()
        assert beats()
        return FILE

    run(job, long)
    assert job.state == State.DONE
    assert not any(alias != "default" for alias in connections)
    rows.update(state=State.RUNNING, file="", touched_at=timezone.now() - LONG_AGO)
    time.sleep(0.3)
    assert rows.filter(touched_at__lt=timezone.now() - LONG_AGO / 2).exists(), "it went on beating"
