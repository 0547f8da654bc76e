"""Rating an assessment, from its start to its submission."""

from dataclasses import asdict

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import Held, hold_open
from accelerator.core.constraints import refused_as
from accelerator.models import Enrolment, User
from assessments.framework.queries import frameworks_open_to
from assessments.models import Assessment, Rating
from assessments.models.assessment import LOCKED
from assessments.rating.values import Answers, answers_of
from assessments.rules.problems import AssessmentLocked, FrameworkNotOpen
from assessments.rules.rounds import BASELINE


class StaleRating(Exception):
    """Somebody else saved this rating since it was read; `current` is what stands."""

    def __init__(self, current: Rating) -> None:
        super().__init__("This rating was changed by somebody else.")
        self.current = current


@transaction.atomic
def start_assessment(*, actor: User, enrolment: Enrolment, round: int = BASELINE) -> Assessment:
    """Open a round on the cohort's framework version, every criterion not rated.

    Starting it twice returns the one there is. Raises FrameworkNotOpen and AssessmentLocked.
    """
    hold_open(enrolment.pk, AssessmentLocked)
    framework = frameworks_open_to([enrolment.cohort_id]).get(enrolment.cohort_id)
    if framework is None:
        raise FrameworkNotOpen
    assessment, created = Assessment.objects.get_or_create(
        enrolment=enrolment,
        round=round,
        defaults={"framework": framework, "started_by": actor},
    )
    if created:
        Rating.objects.bulk_create(
            Rating(assessment=assessment, criterion_id=pk)
            for pk in framework.criteria.values_list("pk", flat=True)
        )
        audit.record(actor, "assessment.started", assessment, framework=str(framework))
    return assessment


def save_rating(*, actor: User, rating: Rating, read_version: int, answers: Answers) -> Rating:
    """Save one criterion's answers if nobody saved it since `read_version`.

    One native update; the database writes the history. Sending the same answers again after a
    lost reply counts as saved. Raises StaleRating and AssessmentLocked.
    """
    now = timezone.now()
    free = Rating.objects.filter(Held(rating.assessment.enrolment_id), pk=rating.pk)
    with refused_as(LOCKED, AssessmentLocked):
        changed = free.filter(version=read_version).update(
            version=F("version") + 1, updated_at=now, updated_by=actor, **asdict(answers)
        )
    if changed:
        rating.version, rating.updated_at, rating.updated_by = read_version + 1, now, actor
        for name, value in asdict(answers).items():
            setattr(rating, name, value)
        return rating
    current = Rating.objects.select_related("updated_by", "assessment__enrolment__cohort").get(
        pk=rating.pk
    )
    if current.updated_by_id == actor.pk and asdict(answers) == asdict(answers_of(current)):
        return current
    if not current.assessment.is_open:
        raise AssessmentLocked(current.assessment.enrolment.why_closed)
    raise StaleRating(current)
