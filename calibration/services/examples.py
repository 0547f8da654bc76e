"""How others were rated on a criterion: from releases that stand, without names."""

from django.db.models import Count, IntegerField, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from calibration.models import Release, ReviewRating

FEWEST = 3


def _released_levels(rating: ReviewRating) -> QuerySet:
    """`level` of the criterion in every other organisation's standing release."""
    enrolment = rating.review.calibration.assessment.enrolment
    level = KeyTextTransform("level", KeyTransform(rating.criterion.code, "snapshot"))
    return (
        Release.objects.filter(
            superseded_at=None,
            calibration__assessment__framework=rating.review.calibration.assessment.framework_id,
            calibration__assessment__enrolment__cohort__is_synthetic=enrolment.cohort.is_synthetic,
        )
        .exclude(calibration__assessment__enrolment__organisation=enrolment.organisation_id)
        .order_by()
        .annotate(level=Cast(level, IntegerField()))
        .filter(level__isnull=False)
    )


def others_rated(rating: ReviewRating) -> dict[int, int] | None:
    """Level → how many other organisations hold it; None while they are fewer than three."""
    counts = dict(
        _released_levels(rating)
        .values("level")
        .annotate(found=Count("calibration__assessment__enrolment__organisation", distinct=True))
        .values_list("level", "found")
    )
    return counts if sum(counts.values()) >= FEWEST else None
