"""What beat removes: sessions that ended, reports that are old, files that nobody names."""

import os
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accelerator.core.jobs.services import retry_job
from accelerator.core.jobs.tasks import tidy
from accelerator.models import ReportJob
from tests.accelerator.core.test_jobs import actions, ask, files, job, run, stored

__all__ = ["files", "job"]
State = ReportJob.State


def finished(job: ReportJob, days: int) -> None:
    run(job)
    ReportJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=days))


def test_an_old_report_is_removed_and_can_be_made_again(
    cast, files, settings, sign_in, django_capture_on_commit_callbacks
) -> None:
    settings.REPORT_KEEP_DAYS = 30
    old, young = ask(cast, 1), ask(cast, 2)
    finished(old, 31)
    finished(young, 29)
    with django_capture_on_commit_callbacks(execute=True):
        tidy()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.file.name, young.state) == (State.REMOVED, "", State.DONE)
    assert [path.name for path in stored(files)] == [young.file.name.rpartition("/")[2]]
    assert actions(old)[-1] == "report.removed"
    client = sign_in(cast.lead)
    page = client.get(reverse("job", args=[old.pk])).content.decode()
    assert "It was removed after 30 days. You can make it again." in page
    assert "Make it again" in page
    assert client.get(reverse("job_download", args=[old.pk])).status_code == 302
    assert retry_job(actor=cast.lead, job=old)
    assert run(old, task_id="task-2").state == State.DONE
    assert len(stored(files)) == 2


def test_report_files_that_nobody_names_go_after_a_day(job, files) -> None:
    run(job)
    folder = files / "reports" / str(job.pk)
    yesterday = time.time() - 25 * 3600
    for path in (folder / "orphan", next(folder.iterdir())):
        path.touch()
        os.utime(path, (yesterday, yesterday))
    (folder / "being-written").touch()
    tidy()
    kept = {path.name for path in stored(files)}
    assert kept == {"being-written", job.file.name.rpartition("/")[2]}


@pytest.mark.django_db
def test_sessions_that_ended_are_removed(files, cast, sign_in) -> None:
    sign_in(cast.lead)
    Session.objects.create(
        session_key="ended", session_data="", expire_date=timezone.now() - timedelta(days=1)
    )
    tidy()
    assert Session.objects.count() == 1
    assert not Session.objects.filter(session_key="ended").exists()
