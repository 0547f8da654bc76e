from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import Commitment, Enrolment, User
from accelerator.programme.enrolment import locked, must_be_open


@transaction.atomic
def sign(
    *,
    actor: User,
    enrolment: Enrolment,
    lead_days_a_month: Decimal,
    lead_seniority: str,
    team_hours_a_month: int,
) -> Commitment:
    """The senior sponsor's commitment, in place of any before; the same once more is one.

    Raises Refused where nothing of the enrolment changes any more.
    """
    row = locked(enrolment)
    must_be_open(row)
    given = {
        "signed_by": actor,
        "lead_days_a_month": lead_days_a_month,
        "lead_seniority": lead_seniority,
        "team_hours_a_month": team_hours_a_month,
    }
    newest = Commitment.objects.filter(enrolment=row).first()
    if newest and all(getattr(newest, name) == value for name, value in given.items()):
        return newest
    signed = Commitment.objects.create(enrolment=row, signed_at=timezone.now(), **given)
    audit.record(actor, "commitment.signed", signed)
    return signed
