from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.constraints import refused_as
from accelerator.models import Consent, Enrolment, User
from accelerator.programme.enrolment import Refused, locked, must_be_open


class GivenAlready(Refused):
    def __init__(self) -> None:
        super().__init__("This consent is given already.")


@transaction.atomic
def give_consent(*, actor: User, enrolment: Enrolment, kind: Consent.Kind) -> Consent:
    """Raises GivenAlready, and Refused where nothing of the enrolment changes any more."""
    row = locked(enrolment)
    must_be_open(row)
    consent = Consent(enrolment=row, kind=kind, given_by=actor, given_at=timezone.now())
    with refused_as("consent_stands_once", GivenAlready):
        consent.save()
    audit.record(actor, "consent.given", consent, kind=kind.value)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: User, enrolment: Enrolment, kind: Consent.Kind) -> None:
    """From now on it holds no more; also after an organisation has left. Raises Refused."""
    row = locked(enrolment)
    consent = Consent.objects.standing().filter(enrolment=row, kind=kind).first()
    if consent is None:
        raise Refused("This consent does not stand, so there is nothing to withdraw.")
    consent.withdrawn_by, consent.withdrawn_at = actor, timezone.now()
    consent.save(update_fields=["withdrawn_by", "withdrawn_at"])
    audit.record(actor, "consent.withdrawn", consent, kind=kind.value)
