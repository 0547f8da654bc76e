"""What decisions are made from, and its hash, by which a decision is found stale."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import F, QuerySet

from assessments.models import EvidenceUse
from calibration.models import Calibration, Decision, EvidenceRequest, ReviewRating

Ratings = dict[int, list[ReviewRating]]


def submitted_ratings(calibration: Calibration) -> Ratings:
    """Criterion id → the submitted coaches' ratings, in seat order. Only once both are in."""
    ratings = ReviewRating.objects.to_compare().select_related(
        "review__coach", "review__institution"
    )
    found = _ratings_of([calibration], ratings.prefetch_related("spotlights__evidence"))
    return found[calibration.pk]


def _ratings_of(
    calibrations: Iterable[Calibration], ratings: QuerySet[ReviewRating]
) -> dict[int, Ratings]:
    """Calibration id → criterion id → its `ratings`, in seat order."""
    found: dict[int, Ratings] = defaultdict(lambda: defaultdict(list))
    ratings = ratings.filter(review__calibration__in=calibrations)
    for rating in ratings.order_by("review__seat", "criterion__position"):
        found[rating.review.calibration_id][rating.criterion_id].append(rating)
    return found


def input_hashes(
    calibration: Calibration, ratings: Mapping[int, list[ReviewRating]]
) -> dict[int, str]:
    """Criterion id → SHA-256 of the reviews, answers and evidence that bear on it."""
    return _hashes_of([calibration], {calibration.pk: ratings})[calibration.pk]


def _hashes_of(
    calibrations: Collection[Calibration], ratings: Mapping[int, Mapping[int, list[ReviewRating]]]
) -> dict[int, dict[int, str]]:
    """Calibration id → its `input_hashes`. Three queries, however many there are."""
    evidence: dict[tuple[int, int], list] = defaultdict(list)
    assessments = [one.assessment_id for one in calibrations]
    uses = EvidenceUse.objects.filter(rating__assessment__in=assessments).order_by("pk")
    for assessment, criterion, piece, withdrawn in uses.values_list(
        "rating__assessment", "rating__criterion", "evidence", "evidence__withdrawn_at"
    ):
        evidence[assessment, criterion].append([str(piece), withdrawn is not None])
    answers: dict[tuple[int, int | None], list] = defaultdict(list)
    answered = EvidenceRequest.objects.answered().filter(calibration__in=calibrations)
    for request in answered.prefetch_related("evidence"):
        pieces = sorted([str(one.pk), one.is_withdrawn] for one in request.evidence.all())
        when = request.answered_at.isoformat() if request.answered_at else None
        key = request.calibration_id, request.criterion_id
        answers[key].append([request.pk, when, pieces])
    return {
        one.pk: {
            criterion: _digest(
                list(map(_said, given)),
                evidence[one.assessment_id, criterion],
                answers[one.pk, criterion] + answers[one.pk, None],
            )
            for criterion, given in ratings.get(one.pk, {}).items()
        }
        for one in calibrations
    }


def _said(rating: ReviewRating) -> list:
    words = rating.commentary, rating.lift, rating.cannot_judge_reason
    return [rating.review_id, rating.level, *words]


def _digest(*parts) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def decisions_of(calibration: Calibration, hashes: Mapping[int, str]) -> dict[int, Decision]:
    """Criterion id → this version's decision, each told whether it `is_stale`."""
    found = {}
    decisions = (
        calibration.decisions.filter(version=calibration.version)
        .select_related("decided_by")
        .prefetch_related("parts__review")
    )
    for decision in decisions:
        decision.is_stale = decision.inputs != hashes.get(decision.criterion_id)
        found[decision.criterion_id] = decision
    return found


def stale_decisions(calibrations: Iterable[Calibration]) -> dict[int, list[Decision]]:
    """Calibration id → the decisions of its version that rest on something that changed since.

    Only of those that can still be decided. Five queries, however many there are.
    """
    open_ones = [one for one in calibrations if one.is_decidable]
    if not open_ones:
        return {}
    ratings = _ratings_of(open_ones, ReviewRating.objects.to_compare().select_related("review"))
    hashes = _hashes_of(open_ones, ratings)
    found: dict[int, list[Decision]] = defaultdict(list)
    current = Decision.objects.filter(
        calibration__in=open_ones, version=F("calibration__version")
    ).order_by("calibration", "criterion__position")
    for decision in current:
        if decision.inputs != hashes[decision.calibration_id].get(decision.criterion_id):
            found[decision.calibration_id].append(decision)
    return dict(found)
