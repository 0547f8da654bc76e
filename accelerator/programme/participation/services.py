"""An organisation's part in its cohort is paused, goes on, or ends.

`accelerator.core.closing` keeps whoever writes at the same moment before it, or refuses them.
"""

from datetime import date

from django.db import transaction

from accelerator.core import audit
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Enrolment, User
from accelerator.programme.enrolment import locked
from accelerator.programme.participation.queries import people_of, why_not_the

State = Enrolment.State
FIELDS = ["state", "paused_on", "paused_reason", "withdrawn_on", "withdrawn_reason"]


class CannotChange(Exception):
    """The message says why its part stays as it is."""


@transaction.atomic
def pause(*, actor: User, enrolment: Enrolment, on: date, reason: str) -> None:
    """From `on` nothing of it is written or decided until it is resumed. Raises CannotChange."""
    row = _locked(enrolment, on, State.ACTIVE)
    row.state, row.paused_on, row.paused_reason = State.PAUSED, on, reason
    row.save(update_fields=FIELDS)
    audit.record(actor, "enrolment.paused", row, on=on.isoformat())
    _tell("enrolment_paused", actor, row, on)


@transaction.atomic
def withdraw(*, actor: User, enrolment: Enrolment, on: date, reason: str) -> None:
    """It left the cohort on that day; what was written stays readable. Raises CannotChange."""
    row = _locked(enrolment, on, State.ACTIVE, State.PAUSED)
    row.state, row.withdrawn_on, row.withdrawn_reason = State.WITHDRAWN, on, reason
    row.paused_on, row.paused_reason = None, ""
    row.save(update_fields=FIELDS)
    audit.record(actor, "enrolment.withdrawn", row, on=on.isoformat())
    _tell("enrolment_withdrawn", actor, row, on)


@transaction.atomic
def resume(*, actor: User, enrolment: Enrolment, on: date, reason: str) -> None:
    """A paused or withdrawn organisation goes on where it stopped. Raises CannotChange."""
    row = _locked(enrolment, on, State.PAUSED, State.WITHDRAWN)
    row.state, row.paused_on, row.withdrawn_on = State.ACTIVE, None, None
    row.paused_reason = row.withdrawn_reason = ""
    row.save(update_fields=FIELDS)
    audit.record(actor, "enrolment.resumed", row, on=on.isoformat(), reason=reason)
    _tell("enrolment_resumed", actor, row, on)


def why_not(enrolment: Enrolment, *states: str) -> str:
    """Why its part, which must be in one of `states`, cannot change; "" where it can."""
    if enrolment.cohort.has_ended:
        return f"{enrolment.why_closed} Nothing changes in it any more."
    if enrolment.state not in states:
        return enrolment.why_closed or "This organisation takes part already."
    return ""


def _locked(enrolment: Enrolment, on: date, *states: str) -> Enrolment:
    """The row, once whoever writes for it has finished."""
    row = locked(enrolment)
    if why := why_not(row, *states) or why_not_the(on, row):
        raise CannotChange(why)
    return row


def _tell(template: str, actor: User, row: Enrolment, on: date) -> None:
    queue_template_mail(
        people=[person for person in people_of(row) if person != actor],
        template=template,
        context={"enrolment": row, "on": on},
    )
