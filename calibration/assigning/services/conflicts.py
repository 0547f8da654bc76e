from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Organisation, User
from calibration.assigning.services.assigning import withdraw_review
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    Review,
)
from calibration.rules.problems import StepRefused


@transaction.atomic
def declare_conflict(
    *, person: User, organisation: Organisation, reason: str, actor: User | None = None
) -> None:
    """Declare a tie to an organisation; one's open reviews of it are withdrawn at once.

    `actor` notes it for a coach, who is told, before any review or during one.
    """
    by = actor if actor != person else None
    conflict, created = ConflictOfInterest.objects.get_or_create(
        person=person,
        organisation=organisation,
        lifted_at=None,
        defaults={"reason": reason, "declared_by": by},
    )
    if created:
        audit.record(
            by or person,
            "conflict.declared",
            conflict,
            organisation=organisation.pk,
            person=person.pk,
        )
        if by:
            _tell(conflict, "conflict_noted", "conflict-noted")
    for review in Review.objects.current().filter(
        coach=person,
        calibration__assessment__enrolment__organisation=organisation,
        calibration__state__in=Calibration.SEATS_OPEN,
    ):
        # Settled meanwhile: the declaration stands, and shuts the person out by itself.
        with suppress(StepRefused), transaction.atomic():
            withdraw_review(actor=by or person, review=review, reason="Conflict of interest")


@transaction.atomic
def lift_conflict(*, actor: User, conflict: ConflictOfInterest, reason: str) -> None:
    """End a coach's tie, with a reason, so that they may be asked again; they are told.

    Nobody lifts their own. Raises StepRefused, and when it was lifted already.
    """
    row = ConflictOfInterest.objects.select_for_update().get(pk=conflict.pk)
    if not row.stands:
        raise StepRefused("This conflict of interest was lifted already.")
    if row.person_id == actor.pk:
        raise StepRefused("Somebody else must lift a conflict of interest of your own.")
    if not reason.strip():
        raise StepRefused("Say why it is lifted.")
    row.lifted_at, row.lifted_by, row.lifted_reason = timezone.now(), actor, reason.strip()
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    audit.record(
        actor, "conflict.lifted", row, organisation=row.organisation_id, person=row.person_id
    )
    _tell(row, "conflict_lifted", "conflict-lifted")


def _tell(conflict: ConflictOfInterest, template: str, key: str) -> None:
    queue_template_mail(
        people=[conflict.person],
        template=template,
        context={"conflict": conflict},
        key=f"{key}:{conflict.pk}",
    )
