from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import User
from accelerator.models.people import LEADING
from assessments.models import Criterion, Evidence
from calibration.models import (
    Calibration,
    EvidenceRequest,
)
from calibration.reviewing.queries.requests import why_closed
from calibration.rules.problems import StepRefused


@transaction.atomic
def ask_for_evidence(
    *, actor: User, calibration: Calibration, question: str, criterion: Criterion | None = None
) -> EvidenceRequest:
    """Ask the organisation. Both coaches and the organisation see the question, not who asked.

    The same question again, while it waits, is the first one.
    """
    hold_open(calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(calibration.pk)
    if not row.is_under_way:
        raise StepRefused("Questions for evidence belong to a calibration under way.")
    request, created = EvidenceRequest.objects.get_or_create(
        calibration=calibration,
        criterion=criterion,
        question=question,
        asked_by=actor,
        answered_at=None,
    )
    if not created:
        return request
    audit.record(actor, "evidence.requested", request)
    queue_template_mail(
        people=User.objects.holding(
            *LEADING, organisation=calibration.assessment.enrolment.organisation_id
        ),
        template="evidence_requested",
        context={"request": request},
        key=f"evidence-request:{request.pk}",
    )
    return request


@transaction.atomic
def answer_request(
    *, actor: User, request: EvidenceRequest, answer: str, evidence: Iterable[Evidence] = ()
) -> EvidenceRequest:
    """Answer once, with words and pieces of one's own evidence; both coaches are told alike."""
    hold_open(request.calibration.assessment.enrolment_id, StepRefused)
    calibration = Calibration.objects.locked(request.calibration_id)
    row = EvidenceRequest.objects.select_for_update().get(pk=request.pk)
    row.calibration = calibration
    if not row.can_be_answered:
        raise StepRefused(why_closed(row))
    pieces = list(evidence)
    enrolment = request.calibration.assessment.enrolment_id
    if any(piece.enrolment_id != enrolment for piece in pieces):
        raise ValueError("An answer holds evidence of its own enrolment only.")
    row.answer, row.answered_at, row.answered_by = answer, timezone.now(), actor
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    row.evidence.set(pieces)
    audit.record(actor, "evidence.answered", row, pieces=len(pieces))
    reviews = request.calibration.reviews.current().select_related("coach")
    queue_template_mail(
        people=[review.coach for review in reviews],
        template="evidence_answered",
        context={"request": row},
        key=f"evidence-answer:{row.pk}",
    )
    return row
