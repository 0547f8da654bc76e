from celery import shared_task

from assessments.evidence import services as evidence


@shared_task(name="assessments.remove_orphans")
def remove_orphans() -> None:
    """Finish interrupted withdrawals and uploads."""
    evidence.remove_orphans()
