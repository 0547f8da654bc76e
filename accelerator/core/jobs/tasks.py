from celery import shared_task
from django.core.management import call_command

from accelerator.core.jobs import services as jobs
from accelerator.core.jobs import tidying
from accelerator.core.leftovers import remove_leftovers
from accelerator.core.mail.queries import due_mail
from accelerator.core.mail.services import remove_withheld
from accelerator.core.queue import MAIL, REPORTS, enqueue, enqueue_job, note_sweep, tasks_in


@shared_task(name="accelerator.sweep")
def sweep() -> None:
    """Hand out what was left behind, forgotten jobs and mail that is due, once each."""
    in_queue = tasks_in(REPORTS)
    if in_queue is None:
        return
    for job in jobs.sweep_jobs(in_queue=in_queue):
        enqueue_job(job)
    if due_mail().exists() and not tasks_in(MAIL):
        enqueue("accelerator.send_mail")
    note_sweep()


@shared_task(name="accelerator.tidy")
def tidy() -> None:
    """Remove what has had its time: sessions that ended, old reports, files that nobody names."""
    call_command("clearsessions")
    remove_leftovers()
    remove_withheld()
    tidying.remove_old_reports()
    tidying.remove_orphans()
