"""Rating an assessment, from its start to its submission."""

from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accelerator import audit
from accelerator.models import Enrolment, Membership, Role, User
from accelerator.services.mail import queue_template_mail
from assessments.models import Assessment, CohortFramework, Rating


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


class AssessmentLocked(Exception):
    """The assessment was submitted, so nothing in it can change."""


class NotReady(Exception):
    """The assessment has `unanswered` criteria."""

    def __init__(self, unanswered: list[Rating]) -> None:
        super().__init__(f"{len(unanswered)} criteria have neither a level nor a reason.")
        self.unanswered = unanswered


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
        if "submitted and locked" not in str(error):
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
    own = Membership.objects.filter(organisation=enrolment.organisation_id, role=Role.LEAD)
    hub = Membership.objects.filter(cohort=enrolment.cohort_id, role=Role.HUB)
    for template, people in (
        ("assessment_submitted", {actor} | _people(own)),
        ("assessment_received", _people(hub) - {actor}),
    ):
        queue_template_mail(
            people=sorted(people, key=lambda person: person.pk),
            template=template,
            context={"assessment": row, "actor": actor},
            key=f"{template}:{row.pk}",
        )
    return True


def _people(memberships) -> set[User]:
    return {membership.user for membership in memberships.select_related("user")}
