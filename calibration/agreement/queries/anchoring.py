"""Whether a coach's levels lie nearer to the organisation's own when they could see it."""

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Abs

from accelerator.models import Cohort, User
from assessments.framework.values import Catalogue
from assessments.models import Rating
from calibration.agreement.queries.figures import on_basis, round_one


@dataclass(frozen=True)
class Anchoring:
    """How far coaches' levels lie from the organisation's own, with it shown or hidden.

    `counts[d]` is how many levels lie d steps away.
    """

    hidden: bool
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        return sum(far * count for far, count in enumerate(self.counts)) / self.total


def anchoring(
    cohort: Cohort, user: User, framework: Catalogue, round: int, basis: str
) -> list[Anchoring]:
    """Both groups, shown first; empty unless the cohort has calibrations of both kinds."""
    own = Rating.objects.filter(
        assessment=OuterRef("review__calibration__assessment"), criterion=OuterRef("criterion")
    )
    rows = (
        round_one(cohort, user, framework, round)
        .filter(criterion__in=on_basis(framework, basis), level__isnull=False)
        .annotate(own=Subquery(own.values("level")[:1]))
        .filter(own__isnull=False)
        .annotate(far=Abs(F("level") - F("own")))
        .order_by()
        .values_list("review__calibration__hide_self_level", "far")
        .annotate(Count("pk"))
    )
    found: dict[bool, list[int]] = {}
    for hidden, far, count in rows:
        found.setdefault(hidden, [0] * len(framework.levels))[far] += count
    if len(found) < 2:
        return []
    return [Anchoring(hidden, tuple(found[hidden])) for hidden in (False, True)]
