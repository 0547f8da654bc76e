from celery import shared_task

from assessments.evidence import tidying


@shared_task(name="assessments.remove_orphans")
def remove_orphans() -> None:
    """Finish interrupted withdrawals and uploads."""
    tidying.finish_withdrawals()
    tidying.remove_orphans()
