"""Who reaches a calibration beyond the memberships: its coaches, and, once released, its people.

Registered with `accelerator.access`, which stays the only way to obtain a row for a person.
"""

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value

from accelerator.models import Membership, Organisation, Role, User
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

CALIBRATIONS = Calibration.objects.select_related(
    "assessment__enrolment__organisation",
    "assessment__enrolment__programme",
    "assessment__enrolment__cohort",
)
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
    """An organisation's people reach their calibration from its first release on."""
    released = Release.objects.filter(calibration=OuterRef(OuterRef("pk")))
    return Membership.objects.filter(
        Exists(released),
        user=user,
        organisation__enrolments__assessments=OuterRef("assessment"),
    ).values("role")


def tied_organisations(user: User) -> Q:
    """Picks organisations, by `pk`, to which a person belongs or has declared a tie."""
    return Q(pk__in=Membership.objects.filter(user=user).values("organisation")) | Q(
        pk__in=ConflictOfInterest.objects.filter(person=user).values("organisation")
    )


def tied_to(user: User, calibration: Calibration) -> bool:
    """Whether a person may not see into a calibration, whatever other role they hold in it."""
    return Organisation.objects.filter(
        tied_organisations(user), pk=calibration.assessment.enrolment.organisation_id
    ).exists()
