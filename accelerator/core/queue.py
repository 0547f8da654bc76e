"""Background work of the programme, and the one way to hand work to Celery."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from accelerator.models import ReportJob

log = structlog.get_logger(__name__)


def enqueue(task_name: str, *args: str) -> None:
    """Hand a task to Celery once the transaction is saved.

    With Redis down the work stays in its row and `sweep` hands it out later.
    """

    def send() -> None:
        try:
            current_app.send_task(task_name, args=args)
        except (OperationalError, OSError) as error:
            log.warning("task_not_sent", task=task_name, error=str(error))

    transaction.on_commit(send)


def enqueue_job(job: ReportJob) -> None:
    """Hand a job to the task that makes its kind of report."""
    enqueue(job.kind, str(job.pk))
