from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.access import get_for
from accelerator.models import ReportJob
from accelerator.services import jobs
from accelerator.tasks import enqueue_job


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


def private_file(file, *, filename: str, media_type: str) -> FileResponse:
    """A stored file as an attachment that no browser runs, sniffs, frames or keeps."""
    response = FileResponse(file, as_attachment=True, filename=filename, content_type=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response._csp_exempt = True
    return response
