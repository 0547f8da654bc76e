"""Handing an assessment in, as a numbered snapshot, and giving it back to be changed."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Role, User
from accelerator.models.people import LEADING
from assessments.models import Assessment, Rating, Submission
from assessments.rules.problems import AssessmentLocked
from assessments.submission.queries import RECEIVED, SUBMITTED, letter_key


class NotReady(Exception):
    """The assessment has `unanswered` criteria."""

    def __init__(self, unanswered: list[Rating]) -> None:
        super().__init__(f"{len(unanswered)} criteria have neither a level nor a reason.")
        self.unanswered = unanswered


@transaction.atomic
def submit_assessment(*, actor: User, assessment: Assessment) -> bool:
    """Lock the assessment and tell those concerned; the database keeps it as its next submission.

    False when it was submitted before: the row lock makes ten submissions at once one transition
    and one mail each. Raises NotReady while a criterion has neither a level nor a reason, and
    AssessmentLocked.
    """
    hold_open(assessment.enrolment_id, AssessmentLocked)
    row = Assessment.objects.locked(assessment.pk)
    if row.is_submitted:
        return False
    unanswered = list(row.ratings.unanswered().select_related("criterion"))
    if unanswered:
        raise NotReady(unanswered)
    row.state = Assessment.State.SUBMITTED
    row.submitted_at, row.submitted_by = timezone.now(), actor
    row.save(update_fields=["state", "submitted_at", "submitted_by"])
    submission = row.submissions.standing().get()
    audit.record(actor, "assessment.submitted", row, round=row.round, number=submission.number)
    hub = _hub(row)
    _write(SUBMITTED, {actor} | _leads(row), actor, submission)
    _write(RECEIVED, hub - {actor}, actor, submission)
    return True


def give_back(
    *, actor: User, assessment: Assessment, how: Submission.Ending, reason: str = ""
) -> Submission:
    """Open a submitted assessment, which the caller has locked, to be changed; its submission ends.

    Calibration decides whether it may (`calibration.assigning.services.handing_back`): it alone
    knows what coaches have given. The leads are told, with the reason of a return, and the hub of
    what was taken back.
    """
    submission = assessment.submissions.standing().get()
    submission.ended_at, submission.ended_by = timezone.now(), actor
    submission.ended_how, submission.ended_reason = how, reason
    submission.save(update_fields=["ended_at", "ended_by", "ended_how", "ended_reason"])
    assessment.state = Assessment.State.DRAFT
    assessment.submitted_at = assessment.submitted_by = None
    assessment.save(update_fields=["state", "submitted_at", "submitted_by"])
    audit.record(actor, f"assessment.{how}", assessment, number=submission.number)
    taken_back = how == Submission.Ending.TAKEN_BACK
    people = _leads(assessment) | (_hub(assessment) if taken_back else set())
    _write(f"assessment_{how}", people - {actor}, actor, submission)
    return submission


def _leads(assessment: Assessment) -> set[User]:
    organisation = assessment.enrolment.organisation_id
    return set(User.objects.holding(*LEADING, organisation=organisation))


def _hub(assessment: Assessment) -> set[User]:
    return set(User.objects.holding(Role.HUB, cohort=assessment.enrolment.cohort_id))


def _write(template: str, people: Iterable[User], actor: User, submission: Submission) -> None:
    queue_template_mail(
        people=sorted(people, key=lambda person: person.pk),
        template=template,
        context={"assessment": submission.assessment, "actor": actor, "submission": submission},
        key=letter_key(template, submission),
    )
