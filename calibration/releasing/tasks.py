from celery import Task, shared_task
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accelerator.core.jobs.services import JobRefused, MadeFile, Progress, run_job
from accelerator.core.pdf import render_report
from accelerator.models import ReportJob
from calibration.releasing.queries.releases import release_version
from calibration.releasing.queries.result import RESULT_REPORT, file_name, report_context


@shared_task(name=RESULT_REPORT, bind=True)
def result_report(task: Task, job_id: str) -> None:
    """The PDF of one released calibration."""
    run_job(job_id=job_id, task_id=task.request.id or "", make=make_result)


def make_result(job: ReportJob, progress: Progress) -> MadeFile:
    """Render the report, if the person who asked may still read the release."""
    wanted = job.params["calibration"], job.params["version"]
    try:
        release = release_version(job.requested_by, "report.make", *wanted)
    except (Http404, PermissionDenied) as error:
        raise JobRefused("You can no longer open this calibrated framework.") from error
    progress(10, "Gathering what was released")
    context = report_context(release, job.requested_by)
    progress(30, "Drawing the pages")
    content = render_report("calibration/pdf/result_report.html", context)
    progress(95, "Keeping the file")
    return MadeFile(content, file_name(release, "pdf"), "application/pdf")
