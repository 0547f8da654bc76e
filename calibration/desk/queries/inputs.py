"""What decisions are made from, and its hash, by which a decision is found stale."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping

from assessments.models import EvidenceUse
from calibration.models import Calibration, Decision, ReviewRating


def submitted_ratings(calibration: Calibration) -> dict[int, list[ReviewRating]]:
    """Criterion id → the submitted coaches' ratings, in seat order. Only once both are in."""
    found: dict[int, list[ReviewRating]] = defaultdict(list)
    ratings = (
        ReviewRating.objects.to_compare()
        .filter(review__calibration=calibration)
        .select_related("review__coach", "review__institution")
        .prefetch_related("spotlights__evidence")
        .order_by("review__seat", "criterion__position")
    )
    for rating in ratings:
        found[rating.criterion_id].append(rating)
    return found


def input_hashes(
    calibration: Calibration, ratings: Mapping[int, list[ReviewRating]]
) -> dict[int, str]:
    """Criterion id → SHA-256 of the reviews, answers and evidence that bear on it."""
    evidence: dict[int, list] = defaultdict(list)
    for criterion, piece, withdrawn in (
        EvidenceUse.objects.filter(rating__assessment=calibration.assessment_id)
        .order_by("pk")
        .values_list("rating__criterion", "evidence", "evidence__withdrawn_at")
    ):
        evidence[criterion].append([str(piece), withdrawn is not None])
    answers: dict[int | None, list] = defaultdict(list)
    for request in calibration.requests.answered().prefetch_related("evidence"):
        pieces = sorted([str(one.pk), one.is_withdrawn] for one in request.evidence.all())
        answers[request.criterion_id].append([request.pk, request.answered_at.isoformat(), pieces])
    return {
        criterion: _digest(
            [[r.review_id, r.level, r.commentary, r.lift, r.cannot_judge_reason] for r in given],
            evidence[criterion],
            answers[criterion] + answers[None],
        )
        for criterion, given in ratings.items()
    }


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
