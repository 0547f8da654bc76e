"""How a report is fetched for those who may read it or have it made."""

from accelerator.core.access import get_for
from accelerator.models import ReportJob, User


def job_for(user: User, action: str, pk: str) -> ReportJob:
    return get_for(user, ReportJob.objects.all(), action, pk=pk)
