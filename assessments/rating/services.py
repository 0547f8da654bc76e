"""Rating an assessment, from its start to its submission."""

from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.constraints import violated
from accelerator.models import Enrolment, User
from assessments.models import Assessment, CohortFramework, Rating
from assessments.models.assessment import LOCKED
from assessments.rules.problems import AssessmentLocked


@dataclass(frozen=True)
class Answers:
    """What a person says about one criterion. `level` None is not rated; 0 is an answer."""

    level: int | None
    justification: str
    evidence_state: str
    practice: str
    cannot_rate_reason: str


class StaleRating(Exception):
    """Somebody else saved this rating since it was read; `current` is what stands."""

    def __init__(self, current: Rating) -> None:
        super().__init__("This rating was changed by somebody else.")
        self.current = current


@transaction.atomic
def start_assessment(
    *, actor: User, enrolment: Enrolment, round: str = Assessment.Round.BASELINE
) -> Assessment:
    """Open a round on the cohort's framework version, every criterion not rated.

    Starting it twice returns the one there is. Raises CohortFramework.DoesNotExist.
    """
    framework = (
        CohortFramework.objects.select_related("framework")
        .get(cohort=enrolment.cohort_id)
        .framework
    )
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
    try:
        with transaction.atomic():
            changed = Rating.objects.filter(pk=rating.pk, version=read_version).update(
                version=F("version") + 1, updated_at=now, updated_by=actor, **asdict(answers)
            )
    except IntegrityError as error:
        if violated(error) != LOCKED:
            raise
        raise AssessmentLocked from error
    if changed:
        rating.version, rating.updated_at, rating.updated_by = read_version + 1, now, actor
        for name, value in asdict(answers).items():
            setattr(rating, name, value)
        return rating
    current = Rating.objects.select_related("updated_by", "assessment").get(pk=rating.pk)
    if current.updated_by_id == actor.pk and asdict(answers) == asdict(answers_of(current)):
        return current
    if current.assessment.is_submitted:
        raise AssessmentLocked
    raise StaleRating(current)


def answers_of(rating: Rating) -> Answers:
    return Answers(
        level=rating.level,
        justification=rating.justification,
        evidence_state=rating.evidence_state,
        practice=rating.practice,
        cannot_rate_reason=rating.cannot_rate_reason,
    )
