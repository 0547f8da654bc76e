"""Telling moderators, once, that a decision needs another look."""

from django.core.paginator import Paginator
from django.db import transaction

from accelerator.core.mail.services import queue_template_mail
from accelerator.models.programme import still_open
from calibration.access import impartial_moderators
from calibration.desk.queries.inputs import stale_decisions
from calibration.desk.queries.staleness import untold
from calibration.models import Calibration, StaleNotice

# How many calibrations are looked through at a time.
AT_ONCE = 40


def tell_of_stale() -> int:
    """Write to the moderators of each calibration with decisions newly stale; how many those are.

    Asked often and by several at once, a decision is told of once, until it is decided again.
    """
    told = 0
    some = (
        Calibration.objects.to_decide()
        .filter(still_open("assessment__enrolment__"))
        .exclude(decisions=None)
        .order_by("pk")
        .distinct()
    )
    for page in Paginator(list(some), AT_ONCE):
        for pk, stale in stale_decisions(page).items():
            told += bool(untold(stale)) and _tell(pk)
    return told


@transaction.atomic
def _tell(pk: int) -> bool:
    """Look again while nothing moves; True when there was something to tell."""
    row = Calibration.objects.locked(pk)
    new = untold(stale_decisions([row]).get(pk, []))
    if not new:
        return False
    notices = StaleNotice.objects.bulk_create(
        StaleNotice(decision=one, row_version=one.row_version) for one in new
    )
    queue_template_mail(
        people=impartial_moderators(row),
        template="decisions_stale",
        context={"calibration": row},
        key=f"stale:{row.pk}:{notices[0].pk}",
    )
    return True
