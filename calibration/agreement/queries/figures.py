"""How far the coaches of a cohort agree, from their round-one reviews alone.

Round one is what the first and second coach submitted, each on their own, where both are in. A
withdrawn review, a third coach's and every decision stay out. Counts are always given;
coefficients only from `ENOUGH` pairs on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, F, Max, Q, QuerySet

from accelerator.core.fingerprint import fingerprint
from accelerator.models import Cohort, User
from assessments.framework.values import Catalogue
from assessments.models import Framework
from assessments.rules.rounds import BASELINE
from calibration.models import Calibration, Review, ReviewRating
from calibration.rules import agreement as pure
from calibration.rules.wording import agreement_words

ENOUGH = 30  # pairs
SEED = 20_260_901
DRAWS = 1000
ENROLMENT = "review__calibration__assessment__enrolment"
NO_PAIRS = "no criterion was given a level by both coaches"
NO_VARIATION = "there is no variation: every level given was the same"
ONE_ORGANISATION = "an interval needs at least two organisations"
UNSTEADY = "too often undefined when organisations are redrawn"

Pair = tuple[list[int | None], list[int | None]]


class Unit(NamedTuple):
    """One criterion of one organisation, with the levels of the first and second coach."""

    organisation: int
    criterion: int
    first: int | None
    second: int | None


class Measure(NamedTuple):
    """A coefficient: `compute` takes both coaches' levels and the number of levels."""

    key: str
    name: str
    weights: str
    compute: Callable[[Pair, int], float | None]


def _kappa(weights: pure.Weighting) -> Callable[[Pair, int], float | None]:
    return lambda pair, q: pure.cohen_kappa(pure.confusion(*pair, q), weights)


def _alpha(metric: pure.Metric) -> Callable[[Pair, int], float | None]:
    return lambda pair, q: pure.krippendorff_alpha(pair, metric)


def _gwet(weights: pure.Weighting) -> Callable[[Pair, int], float | None]:
    return lambda pair, q: pure.gwet_ac(pair, q, weights)


MEASURES = (
    Measure("kappa_unweighted", "Cohen’s kappa", "unweighted", _kappa("unweighted")),
    Measure("kappa_linear", "Cohen’s kappa", "linear weights", _kappa("linear")),
    Measure("kappa_quadratic", "Cohen’s kappa", "quadratic weights", _kappa("quadratic")),
    Measure("alpha_nominal", "Krippendorff’s alpha", "nominal", _alpha("nominal")),
    Measure("alpha_ordinal", "Krippendorff’s alpha", "ordinal", _alpha("ordinal")),
    Measure("alpha_interval", "Krippendorff’s alpha", "interval", _alpha("interval")),
    Measure("ac1", "Gwet’s AC1", "unweighted", _gwet("unweighted")),
    Measure("ac2_linear", "Gwet’s AC2", "linear weights", _gwet("linear")),
    Measure("ac2_quadratic", "Gwet’s AC2", "quadratic weights", _gwet("quadratic")),
    Measure("brennan_prediger", "Brennan–Prediger", "unweighted", pure.brennan_prediger),
)


@dataclass(frozen=True)
class Estimate:
    """A coefficient with its interval; where either is None, `why` and `why_no_interval` say so."""

    measure: Measure
    pairs: int
    value: float | None
    interval: tuple[float, float] | None
    why: str
    why_no_interval: str


@dataclass(frozen=True)
class Scope:
    """The whole cohort (`key` "") or one pillar of it, with its units by organisation."""

    key: str
    title: str
    q: int
    clusters: tuple[Pair, ...]

    @cached_property
    def pair(self) -> Pair:
        return joined(self.clusters)

    @property
    def organisations(self) -> int:
        return len(self.clusters)

    @cached_property
    def exact(self) -> pure.Count:
        return pure.exact_agreement(self.pair)

    @cached_property
    def near(self) -> pure.Count:
        return pure.within_one(self.pair)

    @property
    def pairs(self) -> int:
        return self.exact.pairs

    @property
    def enough(self) -> bool:
        return self.pairs >= ENOUGH

    @property
    def words(self) -> str:
        return agreement_words(self.pair)

    @cached_property
    def difference(self) -> float | None:
        return pure.mean_signed_difference(*self.pair)

    @cached_property
    def table(self) -> list[list[int]]:
        return pure.confusion(*self.pair, self.q)

    @cached_property
    def estimates(self) -> list[Estimate]:
        """Every coefficient; empty below `ENOUGH` pairs. Kept by what it was computed from."""
        if not self.enough:
            return []
        key = _content_key(self)
        found = cache.get(key)
        if found is None:
            found = [_compute(measure, self) for measure in MEASURES]
            cache.set(key, found, timeout=7 * 24 * 3600)
        return [self._estimate(measure, *one) for measure, one in zip(MEASURES, found, strict=True)]

    def _estimate(
        self, measure: Measure, value: float | None, interval: tuple[float, float] | None
    ) -> Estimate:
        why = "" if value is not None else NO_VARIATION if self.pairs else NO_PAIRS
        why_no_interval = (
            "" if interval is not None else ONE_ORGANISATION if self.organisations < 2 else UNSTEADY
        )
        return Estimate(measure, self.pairs, value, interval, why, why_no_interval)


def joined(clusters: Iterable[Pair]) -> Pair:
    """The levels of several organisations, one after the other."""
    first: list[int | None] = []
    second: list[int | None] = []
    for one, other in clusters:
        first += one
        second += other
    return first, second


def _compute(measure: Measure, scope: Scope) -> tuple[float | None, tuple[float, float] | None]:
    value = measure.compute(scope.pair, scope.q)
    if value is None:
        return None, None
    interval = pure.bootstrap_interval(
        scope.clusters,
        lambda drawn: measure.compute(joined(drawn), scope.q),
        seed=SEED,
        draws=DRAWS,
    )
    return value, interval


def _content_key(scope: Scope) -> str:
    content = [SEED, DRAWS, scope.q, [measure.key for measure in MEASURES], scope.clusters]
    return f"calibration.agreement:{fingerprint(content)}"


def round_one(
    cohort: Cohort, user: User, framework: Catalogue, round: int
) -> QuerySet[ReviewRating]:
    """The coaches' round-one ratings that `user` may see: blind means blind here too."""
    return (
        ReviewRating.objects.visible_to(user)
        .to_compare()
        .filter(
            review__seat__in=Review.MAIN_SEATS,
            review__calibration__assessment__framework=framework.id,
            review__calibration__assessment__round=round,
            **{f"{ENROLMENT}__cohort": cohort},
        )
    )


def units_of(cohort: Cohort, user: User, framework: Catalogue, round: int) -> list[Unit]:
    """One row a criterion that two coaches reviewed, by organisation. One query."""
    rows = (
        round_one(cohort, user, framework, round)
        .values(
            "review__calibration",
            "criterion",
            organisation=F(f"{ENROLMENT}__organisation"),
        )
        .annotate(
            first=Max("level", filter=Q(review__seat=Review.Seat.FIRST)),
            second=Max("level", filter=Q(review__seat=Review.Seat.SECOND)),
            coaches=Count("pk"),
        )
        .filter(coaches=len(Review.MAIN_SEATS))
        .order_by("organisation", "review__calibration", "criterion__position")
    )
    return [
        Unit(row["organisation"], row["criterion"], row["first"], row["second"]) for row in rows
    ]


def on_basis(framework: Catalogue, basis: str) -> set[int]:
    """The ids of the criteria that a basis ("counted" or "all") counts."""
    return {one.id for one in framework.criteria if basis == "all" or one.counted}


def scopes_of(units: Sequence[Unit], framework: Catalogue, basis: str) -> list[Scope]:
    """The whole cohort first, then each pillar in the framework's order."""
    counted = on_basis(framework, basis)
    kept = [unit for unit in units if unit.criterion in counted]
    scopes = [_scope("", "Whole cohort", kept, framework)]
    for pillar in framework.pillars:
        own = {criterion.id for criterion in pillar.criteria}
        inside = [unit for unit in kept if unit.criterion in own]
        scopes.append(_scope(pillar.key, pillar.title, inside, framework))
    return scopes


def _scope(key: str, title: str, units: Iterable[Unit], framework: Catalogue) -> Scope:
    clusters: dict[int, Pair] = {}
    for unit in units:
        first, second = clusters.setdefault(unit.organisation, ([], []))
        first.append(unit.first)
        second.append(unit.second)
    return Scope(key, title, len(framework.levels), tuple(clusters.values()))


def frameworks_of(cohort: Cohort) -> dict[int, str]:
    """The framework versions on which the cohort's calibrations rest: id → name, newest first."""
    used = Calibration.objects.filter(assessment__enrolment__cohort=cohort).order_by()
    found = Framework.objects.filter(pk__in=used.values("assessment__framework"))
    return {one.pk: f"{one.title} {one.version}" for one in found.order_by("-pk")}


def rounds_of(cohort: Cohort, framework: Catalogue) -> list[int]:
    """The rounds on that framework in which something may be compared; the baseline always."""
    used = Calibration.objects.open_to_compare().filter(
        assessment__enrolment__cohort=cohort, assessment__framework=framework.id
    )
    return sorted(
        {BASELINE, *used.order_by().values_list("assessment__round", flat=True).distinct()}
    )
