from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Role, User
from assessments.models import Assessment, Rating


class NotReady(Exception):
    """The assessment has `unanswered` criteria."""

    def __init__(self, unanswered: list[Rating]) -> None:
        super().__init__(f"{len(unanswered)} criteria have neither a level nor a reason.")
        self.unanswered = unanswered


@transaction.atomic
def submit_assessment(*, actor: User, assessment: Assessment) -> bool:
    """Lock the assessment and tell those concerned; False when it was submitted before.

    The row lock makes ten submissions at once one transition and one mail each.
    Raises NotReady while a criterion has neither a level nor a reason.
    """
    row = (
        Assessment.objects.select_for_update(of=["self"])
        .select_related("enrolment__organisation", "enrolment__cohort", "enrolment__programme")
        .get(pk=assessment.pk)
    )
    if row.is_submitted:
        return False
    unanswered = list(row.ratings.unanswered().select_related("criterion"))
    if unanswered:
        raise NotReady(unanswered)
    row.state = Assessment.State.SUBMITTED
    row.submitted_at, row.submitted_by = timezone.now(), actor
    row.save(update_fields=["state", "submitted_at", "submitted_by"])
    audit.record(actor, "assessment.submitted", row, round=row.round)
    enrolment = row.enrolment
    leads = User.objects.holding(Role.LEAD, organisation=enrolment.organisation_id)
    hub = User.objects.holding(Role.HUB, cohort=enrolment.cohort_id)
    for template, people in (
        ("assessment_submitted", {actor, *leads}),
        ("assessment_received", set(hub) - {actor}),
    ):
        queue_template_mail(
            people=sorted(people, key=lambda person: person.pk),
            template=template,
            context={"assessment": row, "actor": actor},
            key=f"{template}:{row.pk}",
        )
    return True
