from celery import shared_task

from accelerator.core.jobs import services as jobs
from accelerator.core.mail.tasks import send_mail
from accelerator.core.queue import enqueue_job


@shared_task(name="accelerator.sweep")
def sweep() -> None:
    """Hand out what was left behind: unsent mail, forgotten jobs."""
    for job in jobs.sweep_jobs():
        enqueue_job(job)
    send_mail()


@shared_task(name="accelerator.remove_orphans")
def remove_orphans() -> None:
    """Delete the files of reports that were interrupted."""
    jobs.remove_orphans()
