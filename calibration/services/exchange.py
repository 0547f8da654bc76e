"""Questions and answers, late evidence, meetings."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from accelerator import audit
from accelerator.models import User
from accelerator.services.mail import queue_template_mail
from assessments.models import Criterion, Evidence
from calibration.models import (
    Calibration,
    EvidenceRequest,
    ImprovementMeeting,
    LateEvidence,
    Release,
    ReleaseQuestion,
)
from calibration.services.assigning import locked
from calibration.services.problems import StepRefused
from calibration.services.recipients import hub_of, leads_of

State = Calibration.State


@transaction.atomic
def ask_for_evidence(
    *, actor: User, calibration: Calibration, question: str, criterion: Criterion | None = None
) -> EvidenceRequest:
    """Ask the organisation. Both coaches and the organisation see the question, not who asked.

    The same question again, while it waits, is the first one.
    """
    row = locked(calibration)
    if row.state in (State.UNASSIGNED, State.RELEASED):
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
        people=leads_of(calibration),
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
    calibration = locked(request.calibration)
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


def why_closed(request: EvidenceRequest) -> str:
    """Why a question takes no answer any more."""
    if request.answered_at is not None:
        return "This question is answered already."
    return (
        "The calibrated framework is released, so this question is closed. "
        "You can add late evidence beside any of its criteria."
    )


@transaction.atomic
def ask_about_release(
    *, actor: User, release: Release, question: str, criterion: Criterion | None = None
) -> ReleaseQuestion:
    asked = ReleaseQuestion.objects.create(
        release=release, criterion=criterion, question=question, asked_by=actor
    )
    audit.record(actor, "release.question", asked)
    queue_template_mail(
        people=hub_of(release.calibration),
        template="release_question",
        context={"question": asked},
        key=f"release-question:{asked.pk}",
    )
    return asked


@transaction.atomic
def answer_about_release(*, actor: User, question: ReleaseQuestion, answer: str) -> None:
    changed = ReleaseQuestion.objects.filter(pk=question.pk, answered_at=None).update(
        answer=answer, answered_at=timezone.now(), answered_by=actor
    )
    if not changed:
        raise StepRefused("This question is answered already.")
    audit.record(actor, "release.answer", question)
    queue_template_mail(
        people=[question.asked_by],
        template="release_answer",
        context={"question": question},
        key=f"release-answer:{question.pk}",
    )


@transaction.atomic
def add_late_evidence(
    *, actor: User, release: Release, criterion: Criterion, evidence: Evidence
) -> LateEvidence:
    """Put a piece, once, beside a released criterion. The release, and its levels, do not move."""
    if evidence.enrolment_id != release.calibration.assessment.enrolment_id:
        raise ValueError("Late evidence is the enrolment's own.")
    Release.objects.select_for_update().get(pk=release.pk)
    late, created = LateEvidence.objects.get_or_create(
        release=release,
        criterion=criterion,
        evidence=evidence,
        defaults={"added_by": actor},
    )
    if created:
        audit.record(actor, "release.late_evidence", late)
    return late


@transaction.atomic
def save_meeting(
    *,
    actor: User,
    calibration: Calibration,
    held_on: date,
    attendees: str,
    notes: str,
    readers: str,
    meeting: ImprovementMeeting | None = None,
) -> ImprovementMeeting:
    """Note an improvement meeting, new or changed. `readers` says who may read the notes."""
    meeting = meeting or ImprovementMeeting(calibration=calibration, written_by=actor)
    meeting.held_on, meeting.attendees = held_on, attendees
    meeting.notes, meeting.readers = notes, readers
    meeting.save()
    audit.record(actor, "meeting.saved", meeting, readers=readers)
    return meeting
