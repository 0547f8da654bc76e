"""How others were rated on a criterion: from releases that stand, without names."""

from django.db.models import Count, QuerySet

from calibration.models import ReleasedLevel, ReviewRating

FEWEST = 3
ORGANISATION = "release__calibration__assessment__enrolment__organisation_id"


def _latest_levels(rating: ReviewRating) -> QuerySet[ReleasedLevel]:
    """The criterion's level in each other organisation's latest release that stands and has one."""
    enrolment = rating.review.calibration.assessment.enrolment
    cohort = "release__calibration__assessment__enrolment__cohort"
    return (
        ReleasedLevel.objects.filter(
            criterion=rating.criterion_id,
            level__isnull=False,
            release__superseded_at=None,
            **{f"{cohort}__is_synthetic": enrolment.cohort.is_synthetic},
        )
        .exclude(**{ORGANISATION: enrolment.organisation_id})
        .order_by(ORGANISATION, "-release__released_at", "-release_id")
        .distinct(ORGANISATION)
    )


def others_rated(rating: ReviewRating) -> dict[int, int] | None:
    """Level → how many other organisations hold it; None while they are fewer than three.

    An organisation with releases of several rounds counts once, by its latest. One query.
    """
    latest = ReleasedLevel.objects.filter(pk__in=_latest_levels(rating).values("pk"))
    counts = dict(latest.order_by().values_list("level").annotate(Count("pk")))
    return counts if sum(counts.values()) >= FEWEST else None
