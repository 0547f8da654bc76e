"""What passes between an organisation and the hub once a framework is released."""

from django.db.models import Exists, F, OuterRef, QuerySet

from accelerator.core.access import get_for, scoped
from accelerator.models import Cohort, User
from assessments.models import Criterion
from calibration.models import (
    Calibration,
    ImprovementMeeting,
    LateEvidence,
    Release,
    ReleaseQuestion,
)

QUESTIONS = ReleaseQuestion.objects.select_related(
    "release__calibration__assessment__enrolment__organisation",
    "release__calibration__assessment__enrolment__cohort",
    "asked_by",
    "answered_by",
    "criterion",
)


def criterion_of(release: Release, code: str) -> Criterion | None:
    """A criterion of the release's framework; None for the whole of it (`code` "")."""
    framework = release.calibration.assessment.framework_id
    return Criterion.objects.get(framework=framework, code=code) if code else None


def questions_about(calibration: Calibration) -> QuerySet[ReleaseQuestion]:
    """What its organisation asked about any of a calibration's releases."""
    found = ReleaseQuestion.objects.filter(release__calibration=calibration)
    return found.select_related("criterion", "asked_by")


def late_evidence_of(calibration: Calibration) -> QuerySet[LateEvidence]:
    """What came after any of a calibration's releases."""
    found = LateEvidence.objects.filter(release__calibration=calibration)
    return found.select_related("criterion", "evidence")


def questions_of(cohort: Cohort, user: User) -> QuerySet[ReleaseQuestion]:
    """What the cohort's organisations asked, unanswered first, as far as `user` runs it."""
    asked = scoped(user, QUESTIONS.all(), "calibration.run").filter(
        release__calibration__assessment__enrolment__cohort=cohort
    )
    return asked.order_by(F("answered_at").desc(nulls_first=True), "asked_at", "pk")


def question_for(user: User, pk: int) -> ReleaseQuestion:
    return get_for(user, QUESTIONS.all(), "calibration.run", pk=pk)


def meetings_of(calibration: Calibration, user: User) -> QuerySet[ImprovementMeeting]:
    """Every improvement meeting, with the notes that `user` may read."""
    return ImprovementMeeting.objects.filter(calibration=calibration).with_notes_for(user)


def meeting_for(user: User, pk: int) -> ImprovementMeeting:
    """A meeting about a released calibration, for those who run its cohort."""
    released = Release.objects.filter(calibration=OuterRef("calibration"))
    meetings = ImprovementMeeting.objects.filter(Exists(released))
    return get_for(user, meetings, "calibration.run", pk=pk)
