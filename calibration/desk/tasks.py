from celery import shared_task

from accelerator.core.queue import enqueue
from calibration.desk.services.staleness import tell_of_stale


@shared_task(name="calibration.look_for_stale")
def look_for_stale() -> None:
    """Beat asks every few minutes; whoever moderates is told of what needs another look."""
    if tell_of_stale():
        enqueue("accelerator.send_mail")
