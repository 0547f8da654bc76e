from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404

from accelerator.models import Cohort, Enrolment, Membership, Organisation, Role, User
from calibration.models import ConflictOfInterest, Review


def declared_by(user: User) -> QuerySet[ConflictOfInterest]:
    """The ties of a person that stand, by the organisations' names."""
    found = ConflictOfInterest.objects.standing().filter(person=user)
    return found.select_related("organisation").order_by("organisation__name")


def _enrolled(enrolments: QuerySet[Enrolment], user: User) -> QuerySet[Organisation]:
    """Their organisations, but for those to which a tie of the person stands."""
    return Organisation.objects.filter(pk__in=enrolments.order_by().values("organisation")).exclude(
        pk__in=declared_by(user).order_by().values("organisation")
    )


def to_declare(user: User) -> QuerySet[Organisation]:
    """Those of the cohorts the coach works in, but for the ties declared already."""
    cohorts = Review.objects.filter(coach=user).values("calibration__assessment__enrolment__cohort")
    return _enrolled(
        Enrolment.objects.filter(cohort__in=cohorts, state=Enrolment.State.ACTIVE), user
    )


def to_record(cohort: Cohort, coach: User) -> QuerySet[Organisation]:
    """Those of a cohort to which its hub may note a coach's tie, whether they reviewed or not."""
    return _enrolled(Enrolment.objects.filter(cohort=cohort), coach)


def coach_by(pk: int) -> User:
    """A coach of any institution, who may be asked in any cohort. Raises Http404."""
    coaches = Membership.objects.filter(role=Role.COACH).values("user")
    return get_object_or_404(User.objects.filter(pk__in=coaches), pk=pk)


def _here(cohort: Cohort) -> QuerySet[ConflictOfInterest]:
    """The ties, lifted ones too, to organisations of a cohort."""
    return ConflictOfInterest.objects.filter(
        organisation__in=cohort.enrolments.values("organisation")
    ).select_related("organisation", "person", "declared_by", "lifted_by")


def ties_of(cohort: Cohort, coach: User) -> QuerySet[ConflictOfInterest]:
    """A coach's ties to organisations of a cohort: those that stand first, then the last lifted."""
    return (
        _here(cohort)
        .filter(person=coach)
        .order_by(F("lifted_at").desc(nulls_first=True), "organisation__name", "pk")
    )


def tie_of(cohort: Cohort, pk: int) -> ConflictOfInterest:
    """One tie of a coach to an organisation of a cohort. Raises Http404."""
    coaches = Membership.objects.filter(role=Role.COACH).values("user")
    return get_object_or_404(_here(cohort).filter(person__in=coaches), pk=pk)
