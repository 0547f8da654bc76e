from django.db.models import QuerySet

from accelerator.models import ReportJob, User

SHOWN = 5


def newest_jobs(user: User, kind: str, **params) -> QuerySet[ReportJob]:
    """The last few reports of that kind that `user` asked for with these `params`."""
    wanted = {f"params__{name}": value for name, value in params.items()}
    return ReportJob.objects.filter(requested_by=user, kind=kind, **wanted)[:SHOWN]
