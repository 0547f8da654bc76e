from celery import Task, shared_task
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.text import slugify

from accelerator.core.jobs.services import JobRefused, MadeFile, Progress, run_job
from accelerator.core.pdf import render_report
from accelerator.models import ReportJob
from assessments.access import assessment_for
from assessments.rating.queries import grid_of
from assessments.submission.queries import HEATMAP_REPORT, report_context


@shared_task(name=HEATMAP_REPORT, bind=True)
def heatmap_report(task: Task, job_id: str) -> None:
    """The PDF heat-map of one assessment."""
    run_job(job_id=job_id, task_id=task.request.id or "", make=make_heatmap)


def make_heatmap(job: ReportJob, progress: Progress) -> MadeFile:
    """Render the report, if the person who asked may still read the assessment."""
    try:
        assessment = assessment_for(job.requested_by, "report.make", job.params["assessment"])
    except (Http404, PermissionDenied) as error:
        raise JobRefused("You can no longer open this assessment.") from error
    progress(10, "Gathering the ratings")
    ratings = assessment.ratings.with_evidence().by_criterion()
    context = report_context(assessment, grid_of(assessment, ratings), ratings, job.requested_by)
    progress(30, "Drawing the pages")
    content = render_report("assessments/pdf/heatmap_report.html", context)
    progress(95, "Keeping the file")
    name = slugify(assessment.enrolment.organisation.name)
    return MadeFile(content, f"heat-map-{name}-{assessment.round_slug}.pdf", "application/pdf")
