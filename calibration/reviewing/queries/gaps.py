from assessments.models import Rating
from calibration.models import Review, ReviewRating
from calibration.rules.reasons import lift_is_missing


def missing(review: Review) -> list[tuple[ReviewRating, str]]:
    """What stops a submission: (rating, why), in the framework's order."""
    own = dict(
        Rating.objects.filter(assessment=review.calibration.assessment_id).values_list(
            "criterion", "level"
        )
    )
    found = []
    for rating in review.ratings.select_related("criterion"):
        if not rating.is_answered:
            found.append((rating, "no level, and no reason why not"))
        elif lift_is_missing(own.get(rating.criterion_id), rating.level, rating.lift):
            found.append((rating, "below the organisation's own level: say what would lift it"))
    return found
