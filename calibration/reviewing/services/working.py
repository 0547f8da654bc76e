"""One save of a coach's page, and when the organisation's own level is first shown to them."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from calibration.models import ReviewRating
from calibration.reviewing.services.reviewing import save_judgement, save_spotlights
from calibration.rules.judgement import Judgement


@transaction.atomic
def save_work(
    *,
    rating: ReviewRating,
    read_version: int,
    judgement: Judgement,
    passages: Mapping[str, str],
) -> ReviewRating:
    """Save a judgement with its spotlights (evidence id → passage), or neither.

    Raises StaleReview and ReviewLocked.
    """
    saved = save_judgement(rating=rating, read_version=read_version, judgement=judgement)
    kept = {str(one.evidence_id): one.passage for one in rating.spotlights.all()}
    if kept != dict(passages):
        save_spotlights(rating=rating, passages=passages)
    return saved


def note_self_level_shown(rating: ReviewRating) -> None:
    """Keep when a hidden level was first shown, so that anchoring can be measured."""
    review = rating.review
    if (
        review.calibration.hide_self_level
        and rating.self_level_shown_at is None
        and review.is_open
        and rating.self_level_is_open
    ):
        ReviewRating.objects.filter(pk=rating.pk, self_level_shown_at=None).update(
            self_level_shown_at=timezone.now()
        )
