"""Why a decision needs another look: what changed since it was made."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Min, Q
from django.utils import timezone
from django.utils.formats import date_format

from assessments.models import Evidence, EvidenceUse
from calibration.models import Calibration, Decision, StaleNotice


def what_changed(calibration: Calibration, decision: Decision) -> list[str]:
    """Sentences about what `decision` rested on and what became of it since, oldest first."""
    since = Decision.objects.filter(
        calibration=calibration, criterion=decision.criterion_id, inputs=decision.inputs
    ).aggregate(first=Min("decided_at"))["first"]
    found: list[tuple[datetime, str]] = []
    for review in calibration.reviews.filter(ratings__criterion=decision.criterion_id).filter(
        Q(submitted_at__gt=since) | Q(withdrawn_at__gt=since)
    ):
        seat = review.get_seat_display()
        if review.withdrawn_at is not None:
            found.append((review.withdrawn_at, f"{seat} was taken off"))
        elif review.submitted_at is not None:
            found.append((review.submitted_at, f"{seat}’s review came in"))
    answers = calibration.requests.about(decision.criterion_id)
    for answered_at in answers.filter(answered_at__gt=since).values_list("answered_at", flat=True):
        if answered_at is not None:
            found.append((answered_at, "The organisation answered a question for evidence"))
    used = EvidenceUse.objects.filter(
        rating__assessment=calibration.assessment_id, rating__criterion=decision.criterion_id
    )
    for withdrawn_at in (
        Evidence.objects.filter(
            Q(pk__in=used.values("evidence")) | Q(pk__in=answers.values("evidence")),
            withdrawn_at__gt=since,
        )
        .distinct()
        .values_list("withdrawn_at", flat=True)
    ):
        if withdrawn_at is not None:
            found.append((withdrawn_at, "A piece of evidence was withdrawn"))
    return [f"{words} on {_when(moment)}." for moment, words in sorted(found)]


def _when(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F, H:i")


def untold(stale: Collection[Decision]) -> list[Decision]:
    """Those of which nobody was told since they were last decided. One query."""
    told = set(
        StaleNotice.objects.filter(decision__in=stale).values_list("decision", "row_version")
    )
    return [one for one in stale if (one.pk, one.row_version) not in told]
