"""Who could still take a seat at a calibration."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from accelerator.models import Membership, Role, User
from calibration.assigning.queries.settings import settings_of
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    PracticeAttempt,
    PracticeCase,
)


def free_coaches(calibration: Calibration) -> QuerySet[User]:
    """Coaches who could rate this blind, without a conflict, with the practice it asks for.

    Whoever sat here, moderates or runs the cohort may have read what others gave. Each has
    `institution`, the name of the one they sit for.
    """
    enrolment = calibration.assessment.enrolment
    organisation = enrolment.organisation_id
    person = OuterRef("pk")
    memberships = Membership.objects.filter(user=person)
    free = User.objects.filter(Exists(memberships.filter(role=Role.COACH)), is_active=True).exclude(
        Exists(memberships.filter(organisation=organisation))
        | Exists(memberships.filter(cohort=enrolment.cohort_id))
        | Exists(ConflictOfInterest.objects.filter(person=person, organisation=organisation))
        | Exists(calibration.reviews.filter(coach=person))
    )
    if settings_of(enrolment.cohort).require_practice:
        tried = (
            PracticeAttempt.objects.filter(coach=person)
            .order_by()
            .values("coach")
            .annotate(cases=Count("case", distinct=True))
            .values("cases")
        )
        free = free.annotate(tried=tried).filter(tried=PracticeCase.objects.count())
    home = memberships.filter(role=Role.COACH).order_by("pk").values("institution__name")[:1]
    return free.annotate(institution=Subquery(home)).order_by("name", "pk")
