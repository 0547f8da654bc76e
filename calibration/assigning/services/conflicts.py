from contextlib import suppress

from django.db import transaction

from accelerator.core import audit
from accelerator.models import Organisation, User
from calibration.assigning.services.assigning import withdraw_review
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    Review,
)
from calibration.rules.problems import StepRefused


@transaction.atomic
def declare_conflict(*, person: User, organisation: Organisation, reason: str) -> None:
    """Declare a tie to an organisation; one's open reviews of it are withdrawn at once."""
    conflict, created = ConflictOfInterest.objects.get_or_create(
        person=person, organisation=organisation, defaults={"reason": reason}
    )
    if created:
        audit.record(person, "conflict.declared", conflict, organisation=organisation.pk)
    for review in Review.objects.current().filter(
        coach=person,
        calibration__assessment__enrolment__organisation=organisation,
        calibration__state__in=Calibration.SEATS_OPEN,
    ):
        # Settled meanwhile: the declaration stands, and shuts the person out by itself.
        with suppress(StepRefused), transaction.atomic():
            withdraw_review(actor=person, review=review, reason="Conflict of interest")
