from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accelerator.core import audit
from accelerator.core.http import Request
from accelerator.core.jobs import services as jobs
from accelerator.core.jobs.access import job_for
from accelerator.core.jobs.rules import FIRST_LOOK_MS, next_look_ms
from accelerator.core.limits import limited
from accelerator.core.queue import enqueue_job
from accelerator.core.recent import require_recent_sign_in
from accelerator.core.responses import private_file


@require_safe
def job(request: Request, pk: str) -> HttpResponse:
    found = job_for(request.user, "report.view", pk)
    context = {
        "job": found,
        "back_url": found.params.get("back_url", "/"),
        "back_label": "Back",
        "wait_ms": FIRST_LOOK_MS,
    }
    return render(request, "jobs/job.html", context)


@require_safe
def job_status(request: Request, pk: str) -> HttpResponse:
    """How far an open job is: the part that polls, above buttons that stay. Else all of it."""
    found = job_for(request.user, "report.view", pk)
    if found.is_open:
        wait_ms = next_look_ms(timezone.now() - found.requested_at)
        return render(request, "jobs/_now.html", {"job": found, "wait_ms": wait_ms})
    response = render(request, "jobs/_job.html", {"job": found})
    return reswap(retarget(response, "#job"), "outerHTML")


@require_POST
def job_cancel(request: Request, pk: str) -> HttpResponse:
    found = job_for(request.user, "report.make", pk)
    jobs.cancel_job(actor=request.user, job=found)
    return redirect("job", pk=pk)


@require_POST
@limited("reports")
def job_retry(request: Request, pk: str) -> HttpResponse:
    found = job_for(request.user, "report.make", pk)
    if jobs.retry_job(actor=request.user, job=found):
        enqueue_job(found)
    return redirect("job", pk=pk)


@require_safe
def job_download(request: Request, pk: str) -> HttpResponseBase:
    """The finished file, after a fresh access check."""
    found = job_for(request.user, "report.view", pk)
    if found.spans_organisations:
        require_recent_sign_in(request)
    if not found.is_done:
        return redirect("job", pk=pk)
    audit.record_reading(request.user, "report.downloaded", found, kind=found.kind)
    return private_file(found.file.open(), filename=found.filename, media_type=found.media_type)
