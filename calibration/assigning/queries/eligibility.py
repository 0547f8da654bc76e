from accelerator.models import Membership, Role, User
from calibration.assigning.queries.settings import settings_of
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    PracticeAttempt,
    PracticeCase,
    Review,
)
from calibration.rules.problems import StepRefused


def institution_of(coach: User, calibration: Calibration):
    """The institution a coach sits for. Raises StepRefused when they are none's coach."""
    membership = (
        Membership.objects.filter(user=coach, role=Role.COACH)
        .select_related("institution")
        .order_by("pk")
        .first()
    )
    if membership is None:
        raise StepRefused(f"{coach} is not a coach of any institution.")
    return membership.institution


def check_free(coach: User, calibration: Calibration) -> None:
    """Refuse a coach with a conflict of interest, or without the practice a cohort asks for."""
    enrolment = calibration.assessment.enrolment
    organisation = enrolment.organisation
    tied = ConflictOfInterest.objects.filter(person=coach, organisation=organisation).exists()
    own = Membership.objects.filter(user=coach, organisation=organisation).exists()
    if tied or own:
        raise StepRefused(f"{coach} has a conflict of interest with {organisation}.")
    if settings_of(enrolment.cohort).require_practice and not practice_done(coach):
        raise StepRefused(f"{coach} has not done the practice cases yet.")


def check_blind(coach: User, calibration: Calibration) -> None:
    """Refuse a coach who may have read what others gave, once both reviews had been in."""
    if calibration.both_in_at is None:
        return
    cohort = calibration.assessment.enrolment.cohort_id
    sat = calibration.reviews.filter(coach=coach, state=Review.State.WITHDRAWN).exists()
    runs = Membership.objects.filter(
        user=coach, cohort=cohort, role__in=(Role.HUB, Role.MODERATOR)
    ).exists()
    decided = calibration.decisions.filter(decided_by=coach).exists()
    released = calibration.releases.filter(released_by=coach).exists()
    if sat or runs or decided or released or calibration.lease_holder_id == coach.pk:
        raise StepRefused(
            f"{coach} may have read the other reviews of this assessment already, "
            "so cannot review it blind."
        )


def practice_done(coach: User) -> bool:
    tried = PracticeAttempt.objects.filter(coach=coach).values("case")
    return not PracticeCase.objects.exclude(pk__in=tried).exists()
