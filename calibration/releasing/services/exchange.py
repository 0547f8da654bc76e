"""Questions and answers, late evidence, meetings."""

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Role, User
from assessments.models import Criterion, Evidence
from calibration.models import (
    LateEvidence,
    Release,
    ReleaseQuestion,
)
from calibration.rules.problems import StepRefused


@transaction.atomic
def ask_about_release(
    *, actor: User, release: Release, question: str, criterion: Criterion | None = None
) -> ReleaseQuestion:
    """Ask the hub, which is told. Raises StepRefused."""
    hold_open(release.calibration.assessment.enrolment_id, StepRefused)
    asked = ReleaseQuestion.objects.create(
        release=release, criterion=criterion, question=question, asked_by=actor
    )
    audit.record(actor, "release.question", asked)
    queue_template_mail(
        people=User.objects.holding(
            Role.HUB, cohort=release.calibration.assessment.enrolment.cohort_id
        ),
        template="release_question",
        context={"question": asked},
        key=f"release-question:{asked.pk}",
    )
    return asked


@transaction.atomic
def answer_about_release(*, actor: User, question: ReleaseQuestion, answer: str) -> None:
    """Answer once, also those who have left since they asked. Raises StepRefused."""
    changed = (
        ReleaseQuestion.objects.unanswered()
        .filter(pk=question.pk)
        .update(answer=answer, answered_at=timezone.now(), answered_by=actor)
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
    """Put a piece, once, beside a released criterion. The release, and its levels, do not move.

    Raises StepRefused.
    """
    hold_open(evidence.enrolment_id, StepRefused)
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
