from assessments.models import Rating
from calibration.models import Review, ReviewRating


def missing(review: Review) -> list[tuple[ReviewRating, str]]:
    """What stops a submission: (rating, why), in the framework's order."""
    own = dict(
        Rating.objects.filter(assessment=review.calibration.assessment_id).values_list(
            "criterion", "level"
        )
    )
    found = []
    for rating in review.ratings.select_related("criterion"):
        self_level = own.get(rating.criterion_id)
        if rating.level is None and not rating.cannot_judge_reason:
            found.append((rating, "no level, and no reason why not"))
        elif (
            rating.level is not None
            and self_level is not None
            and rating.level < self_level
            and not rating.lift
        ):
            found.append((rating, "below the organisation's own level: say what would lift it"))
    return found
