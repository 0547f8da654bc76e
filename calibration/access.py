"""Who reaches a calibration beyond the memberships: its coaches, and, once released, its people.

Registered with `accelerator.core.access`, which stays the only way to obtain a row for a person.
"""

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value
from django.http import Http404

from accelerator.core.access import get_for
from accelerator.core.rights import Rights
from accelerator.models import Cohort, Membership, Organisation, Role, User
from assessments.models import Evidence
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    EvidenceRequest,
    ImprovementMeeting,
    LateEvidence,
    Release,
    Review,
    ReviewRating,
)
from calibration.models.calibration import CalibrationQuerySet

READ = frozenset({"calibration.read"})
LEAD = READ | {"calibration.respond", "submission.take_back"}
COMPARE = READ | {"calibration.compare"}
RIGHTS = {
    Role.LEAD: Rights(LEAD, "Takes it back until a coach has begun."),
    Role.DEPUTY: Rights(LEAD),
    Role.READER: Rights(READ),
    Role.ADVISER: Rights(READ),
    Role.MEMBER: Rights(READ),
    Role.SPONSOR: Rights(READ),
    Role.HUB: Rights(
        COMPARE | {"calibration.run", "conflict.record", "submission.return"},
        "Returns it with a reason until a coach has begun. Records coaches’ ties to organisations, "
        "and lifts them with a reason.",
    ),
    Role.MODERATOR: Rights(
        COMPARE | {"calibration.moderate"},
        "Settles what two coaches see differently.",
    ),
    Role.COACH: Rights(
        COMPARE | {"calibration.review"}, "Reviews the assessments they are assigned to."
    ),
}

CALIBRATIONS = Calibration.objects.select_related(
    "assessment__enrolment__organisation",
    "assessment__enrolment__programme",
    "assessment__enrolment__cohort",
)
DESKS = CALIBRATIONS.select_related("lease_holder")
# For each model, the lookup from a Review that reaches a row's own calibration.
COACHED: dict[type[Model], dict[str, str]] = {
    Calibration: {"calibration": "pk"},
    Review: {"pk": "pk"},
    ReviewRating: {"pk": "review"},
    EvidenceRequest: {"calibration": "calibration"},
    Release: {"calibration": "calibration"},
    ImprovementMeeting: {"calibration": "calibration"},
}


def grants(user: User, model: type[Model]) -> list[QuerySet]:
    """The roles that a seat at a calibration gives `user` on rows of `model`."""
    mine = Review.objects.current().filter(coach=user)
    coach = Value(Role.COACH.value)
    if model is Evidence:
        used = Q(calibration__assessment__ratings__uses__evidence=OuterRef("pk"))
        answered = Q(calibration__requests__evidence=OuterRef("pk"))
        late = Q(calibration__releases__late_evidence__evidence=OuterRef("pk"))
        return [
            mine.filter(used | answered).annotate(role=coach).values("role"),
            mine.filter(late).annotate(role=coach).values("role"),
            _cohort_of_answers(user),
        ]
    if model in COACHED:
        path = {key: OuterRef(value) for key, value in COACHED[model].items()}
        sources = [mine.filter(**path).annotate(role=coach).values("role")]
        if model is Calibration:
            sources.append(_organisation_after_release(user))
        return sources
    return []


def _cohort_of_answers(user: User) -> QuerySet:
    """Those who run a cohort reach a piece that answers a question or came after a release."""
    answers = EvidenceRequest.objects.filter(evidence=OuterRef(OuterRef("pk")))
    late = LateEvidence.objects.filter(evidence=OuterRef(OuterRef("pk")))
    return Membership.objects.filter(
        Exists(answers) | Exists(late),
        user=user,
        role__in=(Role.HUB, Role.MODERATOR),
        cohort=OuterRef("enrolment__cohort"),
    ).values("role")


def _organisation_after_release(user: User) -> QuerySet:
    """An organisation's people and adviser reach the calibration from its first release on."""
    released = Release.objects.filter(calibration=OuterRef(OuterRef("pk")))
    return Membership.objects.filter(
        Exists(released),
        Q(organisation=OuterRef("assessment__enrolment__organisation"))
        | Q(enrolment=OuterRef("assessment__enrolment")),
        user=user,
    ).values("role")


def tied_to(user: User) -> QuerySet[Calibration]:
    """Those of organisations to which a person belongs, has declared a tie, or which they advise.

    They may not see into them, whatever other role they hold there.
    """
    organisations = Organisation.objects.filter(
        Q(pk__in=Membership.objects.filter(user=user).values("organisation"))
        | Q(pk__in=ConflictOfInterest.objects.standing().filter(person=user).values("organisation"))
    )
    advised = Membership.objects.filter(user=user, role=Role.ADVISER)
    return Calibration.objects.filter(
        Q(assessment__enrolment__organisation__in=organisations)
        | Q(assessment__enrolment__in=advised.values("enrolment"))
    ).order_by()


def impartial_moderators(calibration: Calibration) -> QuerySet[User]:
    """The moderators of its cohort who may settle it: no tie to the organisation, never its coach.

    Those to whom letters about what coaches see differently go.
    """
    enrolment = calibration.assessment.enrolment
    tied = ConflictOfInterest.objects.standing().filter(organisation=enrolment.organisation_id)
    members = Membership.objects.filter(organisation=enrolment.organisation_id)
    return (
        User.objects.holding(Role.MODERATOR, cohort=enrolment.cohort_id)
        .exclude(pk__in=members.values("user"))
        .exclude(pk__in=tied.values("person"))
        .exclude(pk__in=calibration.reviews.order_by().values("coach"))
    )


def unblinded(user: User) -> CalibrationQuerySet:
    """Those in which nothing shuts `user` out: no blind review of theirs, no tie of theirs."""
    return DESKS.unblinded_for(user).exclude(pk__in=tied_to(user).values("pk"))


def side_by_side(user: User) -> CalibrationQuerySet:
    """What may be set side by side before `user`: where every reader of a desk begins."""
    return DESKS.comparable_by(user).exclude(pk__in=tied_to(user).values("pk"))


def run(user: User, pk: int) -> Calibration:
    """The calibration, for those who run its cohort."""
    return get_for(user, CALIBRATIONS.all(), "calibration.run", pk=pk)


def cohort_of_ties(user: User, slug: str) -> Cohort:
    """The cohort, for those who note coaches' ties to its organisations."""
    return get_for(user, Cohort.objects.all(), "conflict.record", slug=slug)


def run_review(user: User, pk: int) -> Review:
    """One coach's seat, for those who run its cohort."""
    reviews = Review.objects.select_related("calibration", "coach", "institution")
    return get_for(user, reviews, "calibration.run", pk=pk)


def run_unblinded(user: User, pk: int) -> Calibration:
    """As `run`, but not for somebody who reviews this calibration blind or is tied to it."""
    calibration = run(user, pk)
    if not unblinded(user).filter(pk=pk).exists():
        raise Http404
    return calibration


def reviews_blind(user: User, cohort: Cohort) -> bool:
    """Whether a person still reviews, blind, something of the cohort that others compare."""
    owed = Calibration.objects.open_to_compare().owed_by(user)
    return owed.filter(assessment__enrolment__cohort=cohort).exists()


def require_coach(user: User) -> None:
    """404 for all but coaches: their pages belong to the person, not to one assessment."""
    coach = Membership.objects.filter(user=user, role=Role.COACH)
    if not coach.exists() and not Review.objects.current().filter(coach=user).exists():
        raise Http404


def comparable(user: User, action: str, **lookup) -> Calibration:
    """A calibration that `user` may see side by side.

    Raises Http404 until both reviews are in, to whoever still owes a blind review of it, and to
    whoever belongs to its organisation or has declared a tie.
    """
    calibration = get_for(user, DESKS.all(), action, **lookup)
    if not side_by_side(user).filter(pk=calibration.pk).exists():
        raise Http404
    return calibration
