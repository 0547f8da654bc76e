from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import get_for
from accelerator.core.jobs import services as jobs
from accelerator.core.queue import enqueue_job
from accelerator.core.responses import private_file
from accelerator.models import ReportJob


def page(job: ReportJob) -> dict:
    return {"job": job, "back_url": job.params.get("back_url", "/"), "back_label": "Back"}


@require_safe
def job(request: HttpRequest, pk: str) -> HttpResponse:
    found = get_for(request.user, ReportJob.objects.all(), "report.view", pk=pk)
    return render(request, "jobs/job.html", page(found))


@require_safe
def job_status(request: HttpRequest, pk: str) -> HttpResponse:
    """The part of the job page that polls."""
    found = get_for(request.user, ReportJob.objects.all(), "report.view", pk=pk)
    return render(request, "jobs/_job.html", page(found))


@require_POST
def job_cancel(request: HttpRequest, pk: str) -> HttpResponse:
    found = get_for(request.user, ReportJob.objects.all(), "report.make", pk=pk)
    jobs.cancel_job(actor=request.user, job=found)
    return redirect("job", pk=pk)


@require_POST
def job_retry(request: HttpRequest, pk: str) -> HttpResponse:
    found = get_for(request.user, ReportJob.objects.all(), "report.make", pk=pk)
    if jobs.retry_job(actor=request.user, job=found):
        enqueue_job(found)
    return redirect("job", pk=pk)


@require_safe
def job_download(request: HttpRequest, pk: str) -> HttpResponse:
    """The finished file, after a fresh access check."""
    found = get_for(request.user, ReportJob.objects.all(), "report.view", pk=pk)
    if found.state != ReportJob.State.DONE:
        return redirect("job", pk=pk)
    return private_file(found.file.open(), filename=found.filename, media_type=found.media_type)
