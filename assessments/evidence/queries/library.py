"""An enrolment's evidence as its pages show it: what there is, where it is used, the room left."""

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.template.defaultfilters import filesizeformat

from accelerator.core.access import roles_of, scoped
from accelerator.models import Enrolment, User
from accelerator.models.people import OWN_ROLES
from assessments.models import Assessment, Evidence, EvidenceUse, Rating
from assessments.models.evidence import EvidenceQuerySet


def newest_assessment(enrolment: Enrolment | int) -> Assessment | None:
    """The assessment of the round that the enrolment is in."""
    rounds = Assessment.objects.filter(enrolment=enrolment).newest()
    return rounds.select_related("enrolment__cohort").first()


def uses_seen(uses: QuerySet[EvidenceUse], roles: frozenset[str]) -> QuerySet[EvidenceUse]:
    """Uses of evidence, for others than its own people those that were handed in."""
    found = uses.select_related("rating__criterion", "rating__assessment__enrolment")
    if roles & OWN_ROLES:
        return found
    return found.filter(rating__assessment__state=Assessment.State.SUBMITTED)


def uses_of(piece: Evidence) -> QuerySet[EvidenceUse]:
    """Where a piece is used, all told: its own people are asked before it is withdrawn."""
    return piece.uses.select_related("rating__criterion")


def pieces_of(user: User, enrolment: Enrolment) -> EvidenceQuerySet:
    """The pieces that `user` may read, with the uses that they may see. `enrolment` is theirs."""
    pieces = scoped(user, Evidence.objects.filter(enrolment=enrolment), "evidence.view")
    uses = uses_seen(EvidenceUse.objects.all(), roles_of(enrolment))
    return pieces.prefetch_related(Prefetch("uses", uses))


def attachable(rating: Rating) -> EvidenceQuerySet:
    """The enrolment's pieces that this criterion does not use yet."""
    kept = Evidence.objects.kept().filter(enrolment=rating.assessment.enrolment_id)
    return kept.exclude(uses__rating=rating)


def room_left(enrolment: Enrolment) -> dict:
    """How much of its space an enrolment has filled, in words and as a percentage."""
    used = Evidence.objects.filter(enrolment=enrolment).bytes_used()
    total = settings.EVIDENCE_QUOTA_BYTES
    return {
        "used_label": filesizeformat(used),
        "total_label": filesizeformat(total),
        "percent": min(100, round(100 * used / total)),
    }
