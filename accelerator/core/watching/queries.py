"""How the parts behind the pages are: what waits, for how long, and what is degraded."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Min
from django.utils import timezone

from accelerator.core.mail.queries import due_mail, stuck_mail, unsent_mail
from accelerator.core.queue import QUEUES, seconds_since_sweep, tasks_in
from accelerator.models import ReportJob

# From when on something counts as degraded.
SWEEP_LATE = timedelta(minutes=1)
REPORT_LATE = timedelta(minutes=2)
MAIL_LATE = timedelta(minutes=10)


def _age(since: datetime | None) -> float:
    """Seconds since then; 0 where nothing waits."""
    return max(0.0, (timezone.now() - since).total_seconds()) if since else 0.0


def jobs_by_state() -> dict[str, tuple[int, float]]:
    """For each state: how many reports, and the seconds since the oldest was asked for."""
    rows = (
        ReportJob.objects.order_by().values_list("state").annotate(Count("pk"), Min("requested_at"))
    )
    found = {state: (count, _age(oldest)) for state, count, oldest in rows}
    return {state: found.get(state, (0, 0.0)) for state in ReportJob.State.values}


def outbox() -> dict[str, float]:
    """Letters that wait, that were tried in vain, and the seconds that the oldest has waited."""
    return {
        "waiting": unsent_mail().count(),
        "stuck": stuck_mail().count(),
        "oldest_seconds": _age(unsent_mail().aggregate(oldest=Min("created_at"))["oldest"]),
    }


def queues() -> dict[str, int | None]:
    """How many tasks wait in each queue; None where the broker does not say."""
    return {name: tasks_in(name) for name in QUEUES}


def degraded() -> dict[str, str]:
    """Each part with "ok", or with what is wrong with it."""
    due_since = due_mail().aggregate(oldest=Min("next_attempt_at"))["oldest"]
    return {
        "cache": _cache(),
        "broker": "ok" if tasks_in(QUEUES[0]) is not None else "does not answer",
        "worker": _worker(),
        "reports": _late(jobs_by_state()[ReportJob.State.QUEUED][1], REPORT_LATE),
        "mail": _late(_age(due_since), MAIL_LATE),
    }


def _cache() -> str:
    cache.set("health", "ok", 10)
    return "ok" if cache.get("health") == "ok" else "forgets"


def _worker() -> str:
    seconds = seconds_since_sweep()
    if seconds is None:
        return "has not swept"
    return _late(seconds, SWEEP_LATE)


def _late(seconds: float, limit: timedelta) -> str:
    return "ok" if seconds < limit.total_seconds() else f"waits for {seconds:.0f} seconds"
