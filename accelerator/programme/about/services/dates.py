"""An enrolment's own dates, and the times when its organisation is busy."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Deadline, Enrolment, PeakPeriod, User
from accelerator.models.people import LEADING
from accelerator.programme.dates.queries import (
    Phase,
    cohort_date,
    due_of,
    own_dates,
    why_crossing,
)
from accelerator.programme.enrolment import Refused, locked, must_be_open


@transaction.atomic
def set_deadline(
    *, actor: User, enrolment: Enrolment, phase: Phase, due_on: date, reason: str
) -> Deadline:
    """A phase is due on a day of the enrolment's own. Lead and deputy are told. Raises Refused."""
    row = locked(enrolment)
    must_be_open(row, even_paused=True)
    if why := why_crossing(row, phase, due_on):
        raise Refused(why)
    before = due_of(row, phase)
    own = own_dates(row).get(phase) or Deadline(enrolment=row, phase=phase)
    if (own.due_on, own.reason) == (due_on, reason):
        return own
    own.due_on, own.reason = due_on, reason
    own.set_by, own.set_at = actor, timezone.now()
    own.save()
    audit.record(actor, "deadline.set", own, phase=phase.value, due_on=due_on.isoformat())
    if due_on != before:
        _tell(row, phase, before, due_on, reason)
    return own


@transaction.atomic
def clear_deadline(*, actor: User, enrolment: Enrolment, phase: Phase) -> None:
    """The phase is due with its cohort's again; lead and deputy are told. Raises Refused."""
    row = locked(enrolment)
    must_be_open(row, even_paused=True)
    own = own_dates(row).get(phase)
    if own is None:
        raise Refused("This date is the cohort’s already.")
    back = cohort_date(row, phase)
    if why_crossing(row, phase, back):
        raise Refused("The cohort’s date does not fit between the others. Change those first.")
    audit.record(actor, "deadline.cleared", own, phase=phase.value, due_on=back.isoformat())
    own.delete()
    if own.due_on != back:
        _tell(row, phase, own.due_on, back, "")


def _tell(enrolment: Enrolment, phase: Phase, before: date, now: date, reason: str) -> None:
    queue_template_mail(
        people=User.objects.holding(*LEADING, organisation=enrolment.organisation_id),
        template="deadline_moved",
        context={
            "enrolment": enrolment,
            "phase": phase,
            "before": before,
            "now": now,
            "reason": reason,
        },
    )


@transaction.atomic
def save_busy_time(
    *,
    actor: User,
    enrolment: Enrolment,
    starts_on: date,
    ends_on: date,
    what: str,
    period: PeakPeriod | None = None,
) -> PeakPeriod:
    """Add a busy time, or change `period`. Raises Refused."""
    row = locked(enrolment)
    must_be_open(row)
    if period is not None and not PeakPeriod.objects.filter(pk=period.pk).exists():
        raise Refused("Somebody has removed this busy time meanwhile. Nothing was changed.")
    period = period or PeakPeriod(enrolment=row)
    period.starts_on, period.ends_on, period.what = starts_on, ends_on, what
    period.set_by, period.set_at = actor, timezone.now()
    period.save()
    audit.record(actor, "busy_time.saved", period)
    return period


@transaction.atomic
def remove_busy_time(*, actor: User, enrolment: Enrolment, period: PeakPeriod) -> None:
    """One that is gone already is no event. Raises Refused."""
    must_be_open(locked(enrolment))
    gone, _ = PeakPeriod.objects.filter(pk=period.pk).delete()
    if gone:
        audit.record(actor, "busy_time.removed", period)
