"""Finished reports of every kind, asked for by every role: their pages and their bytes."""

import hashlib
from inspect import signature
from types import SimpleNamespace

import pytest
from celery import current_app
from django.core.files.base import ContentFile
from django.urls import reverse

from accelerator.models import AuditEvent, ReportJob
from tests.test_access_matrix import OWN, ROLES, handed_in, version

pytestmark = pytest.mark.django_db
CONTENT = b"%PDF-1.7 words of one organisation %%EOF"
# The task that makes it, and where its people ask for it. A kind that is not here fails.
ASKED_AT = {
    "assessments.heatmap_report": ("assessments:report", handed_in),
    "calibration.result_report": ("calibration:result_report", version),
}
REACHED_BY = ("job", "job_status", "job_download")


def test_every_kind_of_report_is_listed() -> None:
    """A task that is given a job's id makes a report."""
    current_app.loader.import_default_modules()
    kinds = {
        name
        for name, task in current_app.tasks.items()
        if "job_id" in signature(task.run).parameters
    }
    assert kinds == set(ASKED_AT)


@pytest.fixture
def finished(world, browsers):
    """A finished report as its asker left it, by kind and by the asker's name."""

    def make(kind: str, asker: str) -> ReportJob:
        address, args = ASKED_AT[kind]
        answer = browsers(asker).post(reverse(address, args=args(world)))
        assert answer.status_code == 302
        job = ReportJob.objects.filter(requested_by=getattr(world, asker), kind=kind)[0]
        assert answer.url == reverse("job", args=[job.pk])
        job.file.save("report", ContentFile(CONTENT), save=False)
        job.state, job.filename, job.media_type = job.State.DONE, "report.pdf", "application/pdf"
        job.size, job.sha256 = len(CONTENT), hashlib.sha256(CONTENT).hexdigest()
        job.save()
        return job

    return make


def asked_for(job: ReportJob, browsers, role: str) -> dict[str, SimpleNamespace]:
    """What a role is answered at each address of the report."""
    found = {}
    for name in REACHED_BY:
        answer = browsers(role).get(reverse(name, args=[job.pk]))
        words = answer.getvalue() if answer.streaming else answer.content
        found[name] = SimpleNamespace(status=answer.status_code, words=words)
    return found


@pytest.mark.parametrize("kind", ASKED_AT)
@pytest.mark.parametrize("asker", ["lead", "hub"])
def test_only_its_people_have_a_finished_report(
    world, finished, browsers, kind: str, asker: str
) -> None:
    job, readers = finished(kind, asker), []
    may = OWN | {"hub", "adviser"} if asker == "hub" else OWN
    for role in ROLES:
        answers = asked_for(job, browsers, role)
        statuses = {answer.status for answer in answers.values()}
        if role in may:
            assert statuses == {200}, role
            assert answers["job_download"].words == CONTENT
            readers.append(role)
            continue
        assert statuses == {302 if role == "anonymous" else 404} or (
            # A moderator of the cohort knows that the report is there, and may not read it.
            role == "moderator" and asker == "hub" and statuses == {403}
        ), role
        for answer in answers.values():
            assert CONTENT not in answer.words
            assert b"report.pdf" not in answer.words
            assert job.title.encode() not in answer.words
    noted = AuditEvent.objects.filter(action="report.downloaded", target__endswith=str(job.pk))
    assert [event.actor for event in noted.order_by("pk")] == [
        getattr(world, role) for role in readers
    ]
