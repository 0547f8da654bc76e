"""What is said about a piece of evidence: where it is used, and who described it last."""

from accelerator.models import AuditEvent
from assessments.evidence.values import description_read
from assessments.models import Assessment, Evidence


def codes_of(piece: Evidence, assessment: Assessment | None) -> list[str]:
    """The criteria of `assessment` that use the piece; none of None."""
    uses = piece.uses.filter(rating__assessment=assessment) if assessment else piece.uses.none()
    return list(uses.values_list("rating__criterion__code", flat=True))


def read_of(piece: Evidence, assessment: Assessment | None) -> str:
    """The fingerprint of the piece's description as it stands."""
    return description_read(piece.title, piece.description, codes_of(piece, assessment))


def last_described(piece: Evidence) -> AuditEvent | None:
    """Who changed the name, the description or a part of the piece last, and when."""
    events = AuditEvent.objects.filter(
        target=f"assessments.evidence:{piece.pk}",
        action__in=("evidence.renamed", "evidence.described"),
    )
    return events.select_related("actor").order_by("-at", "-pk").first()
