"""How others were rated on a criterion: from releases that stand, without names."""

from collections import Counter

from django.db.models import IntegerField, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from calibration.models import Release, ReviewRating

FEWEST = 3
ORGANISATION = "calibration__assessment__enrolment__organisation_id"


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
        .exclude(**{ORGANISATION: enrolment.organisation_id})
        .annotate(level=Cast(level, IntegerField()))
        .filter(level__isnull=False)
    )


def others_rated(rating: ReviewRating) -> dict[int, int] | None:
    """Level → how many other organisations hold it; None while they are fewer than three.

    An organisation with releases of several rounds counts once, by its latest.
    """
    latest = (
        _released_levels(rating)
        .order_by(ORGANISATION, "-released_at", "-pk")
        .distinct(ORGANISATION)
        .values_list("level", flat=True)
    )
    counts = Counter(latest)
    return dict(counts) if counts.total() >= FEWEST else None
