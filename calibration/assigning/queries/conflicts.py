from django.db.models import QuerySet

from accelerator.models import Enrolment, Organisation, User
from calibration.models import ConflictOfInterest, Review


def declared_by(user: User) -> QuerySet[ConflictOfInterest]:
    """The ties a person has declared, by the organisations' names."""
    found = ConflictOfInterest.objects.filter(person=user).select_related("organisation")
    return found.order_by("organisation__name")


def to_declare(user: User) -> QuerySet[Organisation]:
    """Those of the cohorts the coach works in, but for the ties declared already."""
    cohorts = Review.objects.filter(coach=user).values("calibration__assessment__enrolment__cohort")
    enrolled = Enrolment.objects.filter(cohort__in=cohorts, state=Enrolment.State.ACTIVE)
    return Organisation.objects.filter(pk__in=enrolled.values("organisation")).exclude(
        pk__in=declared_by(user).order_by().values("organisation")
    )
