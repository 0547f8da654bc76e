"""Who reaches a calibration beyond the memberships: its coaches, and, once released, its people.

Registered with `accelerator.access`, which stays the only way to obtain a row for a person.
"""

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value

from accelerator.models import Membership, Role, User
from assessments.models import Evidence
from calibration.models import (
    Calibration,
    EvidenceRequest,
    ImprovementMeeting,
    Release,
    Review,
    ReviewRating,
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
        return [mine.filter(used | answered).annotate(role=coach).values("role")]
    if model in COACHED:
        path = {key: OuterRef(value) for key, value in COACHED[model].items()}
        sources = [mine.filter(**path).annotate(role=coach).values("role")]
        if model is Calibration:
            sources.append(_organisation_after_release(user))
        return sources
    return []


def _organisation_after_release(user: User) -> QuerySet:
    """An organisation's people reach their calibration from its first release on."""
    released = Release.objects.filter(calibration=OuterRef(OuterRef("pk")))
    return Membership.objects.filter(
        Exists(released),
        user=user,
        organisation__enrolments__assessments=OuterRef("assessment"),
    ).values("role")
