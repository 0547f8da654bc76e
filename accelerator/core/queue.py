"""Background work of the programme, and the one way to hand work to Celery."""

import time
from typing import Any, cast

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accelerator.models import ReportJob

QUEUES = REPORTS, MAIL, SWEEP = "celery", "mail", "sweep"
SWEPT = "accelerator-swept-at"
BROKER_AWAY = (OperationalError, RedisError, OSError)

log = structlog.get_logger(__name__)


def enqueue(task_name: str, *args: str) -> None:
    """Hand a task to Celery once the transaction is saved.

    With Redis down the work stays in its row and `sweep` hands it out later.
    """

    def send() -> None:
        try:
            current_app.send_task(task_name, args=args)
        except BROKER_AWAY as error:
            log.warning("task_not_sent", task=task_name, error=str(error))

    transaction.on_commit(send)


def enqueue_job(job: ReportJob) -> None:
    """Hand a job to the task that makes its kind of report."""
    enqueue(job.kind, str(job.pk))


def tasks_in(queue: str) -> int | None:
    """How many tasks wait in a queue for a worker; None while the broker cannot be asked."""
    return _ask("llen", queue)


def note_sweep() -> None:
    """Remember in the broker that a worker has swept just now."""
    _ask("set", SWEPT, time.time())


def seconds_since_sweep() -> float | None:
    """None when no worker ever swept, or the broker cannot be asked."""
    swept = _ask("get", SWEPT)
    return None if swept is None else max(0.0, time.time() - float(swept))


def _ask(command: str, *args: str | float) -> Any:
    try:
        with current_app.connection_for_read() as broker:
            # A channel of Redis, which the stub does not know.
            client: Any = cast(Any, broker.default_channel).client
            return getattr(client, command)(*args)
    except BROKER_AWAY as error:
        log.warning("broker_not_asked", command=command, error=str(error))
        return None
