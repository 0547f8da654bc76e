"""How far raters agree: pure functions over levels, with no rows and no framework.

`ratings` is a list of raters, each a list of levels (`int`, or `None` for not rated) in unit order.
A `table` is q x q, counts or proportions, with the first rater in the rows. Sums are kept exact, so
the order of raters or units never moves a last digit. A coefficient that is undefined is `None`,
never 0 or 1: either no unit has two ratings, or no disagreement could have been expected.
No raters at all, lists of unequal length, and levels outside the scale raise `ValueError`.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb, floor, isfinite
from typing import Literal, NamedTuple, TypeVar

Levels = Sequence[int | None]
Units = Counter[tuple[int, ...]]  # sorted levels a unit was given, with how many units
Ratings = Sequence[Levels]
Matrix = Sequence[Sequence[float]]
Weighting = Literal["unweighted", "linear", "quadratic"]
Metric = Literal["nominal", "ordinal", "interval"]
T = TypeVar("T")

MOST_UNDEFINED = 0.05  # share of bootstrap draws


class Count(NamedTuple):
    """`agree` of `pairs` ratings of the same unit by two raters."""

    agree: int
    pairs: int


def exact_agreement(ratings: Ratings) -> Count:
    """Pairs with the same level, among all pairs of raters who both rated the unit."""
    return _agreeing_within(0, ratings)


def within_one(ratings: Ratings) -> Count:
    """Pairs at most one level apart, among all pairs of raters who both rated the unit."""
    return _agreeing_within(1, ratings)


def mean_signed_difference(first: Levels, second: Levels) -> float | None:
    """Mean of first minus second, in levels: positive when the first rater is the higher."""
    differences = [a - b for a, b in _both_rated(first, second)]
    return sum(differences) / len(differences) if differences else None


def confusion(first: Levels, second: Levels, q: int) -> list[list[int]]:
    """Counts of units both rated, q x q, first rater in the rows; levels are 0 to q - 1."""
    counts = Counter(_both_rated(first, second))
    if any(not 0 <= level < q for pair in counts for level in pair):
        raise ValueError(f"Levels must be 0 to {q - 1}.")
    return [[counts[i, j] for j in range(q)] for i in range(q)]


def cohen_kappa(table: Matrix, weights: Weighting | Matrix = "unweighted") -> float | None:
    """Cohen 1960; weighted, Cohen 1968: 1 - sum(v_ij p_ij) / sum(v_ij p_i. p_.j).

    `weights` v are disagreements, q x q with a zero diagonal: 1, |i - j| or (i - j)^2 by name.
    """
    q = len(table)
    cells = _square(table, q)
    if isinstance(weights, str):
        v = [[Fraction(_distance(weights, i - j)) for j in range(q)] for i in range(q)]
    else:
        v = _square(weights, q)
    if any(v[i][i] for i in range(q)):
        raise ValueError("Disagreement weights must be 0 on the diagonal.")
    rows = [sum(row) for row in cells]
    columns = [sum(column) for column in zip(*cells, strict=True)]
    observed = sum(v[i][j] * cells[i][j] for i in range(q) for j in range(q)) * sum(rows)
    expected = sum(v[i][j] * rows[i] * columns[j] for i in range(q) for j in range(q))
    return float(1 - observed / expected) if expected else None


def krippendorff_alpha(ratings: Ratings, metric: Metric = "nominal") -> float | None:
    """Krippendorff 2011: 1 - (n - 1) sum(o_ck d_ck) / sum(n_c n_k d_ck), for any integer levels.

    Only pairable values count: units with one rating are left out. The squared ordinal distance is
    (n_c + ... + n_k - (n_c + n_k) / 2)^2, that of the mid-ranks (doubled here, which cancels out).
    """
    units = {unit: times for unit, times in _units(ratings).items() if len(unit) > 1}
    values: Counter[int] = Counter()
    for unit, times in units.items():
        for level in unit:
            values[level] += times
    n = values.total()
    if metric == "ordinal":
        score = {c: sum((g < c) * 2 * values[g] for g in values) + values[c] for c in values}
    elif metric in ("nominal", "interval"):
        score = {c: c for c in values}
    else:
        raise ValueError(f"Unknown metric: {metric!r}.")
    weights: Weighting = "unweighted" if metric == "nominal" else "quadratic"

    def distance(c: int, k: int) -> int:
        return _distance(weights, score[c] - score[k])

    observed = sum(
        times * Fraction(sum(distance(c, k) for c, k in combinations(unit, 2)), len(unit) - 1)
        for unit, times in units.items()
    )
    expected = sum(values[c] * values[k] * distance(c, k) for c, k in combinations(values, 2))
    return float(1 - (n - 1) * observed / expected) if expected else None


def gwet_ac(ratings: Ratings, q: int, weights: Weighting = "unweighted") -> float | None:
    """Gwet 2008, AC1; with weights, Gwet 2014, AC2: chance T_w sum(pi_k (1 - pi_k)) / (q (q - 1)).

    T_w is the sum of the q x q agreement weights. The prevalence pi_k is a mean over every rated
    unit, those with one rating included. Levels are 0 to q - 1 or 1 to q; either gives the same.
    """
    units = _units_on_scale(ratings, q)
    prevalence = dict.fromkeys(range(q + 1), Fraction(0))
    for unit, times in units.items():
        for level in unit:
            prevalence[level] += Fraction(times, len(unit) * units.total())
    spread = sum((pi * (1 - pi) for pi in prevalence.values()), Fraction(0))
    return _beyond_chance(units, q, weights, spread / (q * (q - 1)))


def brennan_prediger(ratings: Ratings, q: int, weights: Weighting = "unweighted") -> float | None:
    """Brennan and Prediger 1981; weighted, Gwet 2014: chance T_w / q^2.

    q is the scale's, never the number of levels seen. Levels are 0 to q - 1 or 1 to q.
    """
    return _beyond_chance(_units_on_scale(ratings, q), q, weights, Fraction(1, q * q))


def bootstrap_interval(
    clusters: Sequence[T],
    statistic: Callable[[Sequence[T]], float | None],
    *,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
) -> tuple[float, float] | None:
    """Percentile interval of `statistic`, drawing whole clusters with replacement (Efron 1979).

    A cluster is one organisation's ratings. The same seed gives the same interval. Undefined draws
    are dropped; the interval is `None` when they pass 5 %, or with fewer than two clusters.
    """
    if draws < 1 or not 0 < level < 1:
        raise ValueError("draws must be at least 1 and level between 0 and 1.")
    if len(clusters) < 2:
        return None
    rng = random.Random(seed)  # noqa: S311 (resampling, not secrecy)
    drawn = (statistic(rng.choices(clusters, k=len(clusters))) for _ in range(draws))
    values = sorted(value for value in drawn if value is not None and isfinite(value))
    if draws - len(values) > MOST_UNDEFINED * draws:
        return None
    return _quantile(values, (1 - level) / 2), _quantile(values, (1 + level) / 2)


def _units(ratings: Ratings) -> Units:
    """Units nobody rated are left out."""
    if not ratings:
        raise ValueError("There are no raters.")
    units: Units = Counter()
    for unit, times in Counter(zip(*ratings, strict=True)).items():
        if rated := sorted(level for level in unit if level is not None):
            units[tuple(rated)] += times
    return units


def _units_on_scale(ratings: Ratings, q: int) -> Units:
    units = _units(ratings)
    levels = {level for unit in units for level in unit}
    if q < 2 or not (levels <= set(range(q)) or levels <= set(range(1, q + 1))):
        raise ValueError(f"Levels must be 0 to q - 1 or 1 to q, with q at least 2; q is {q}.")
    return units


def _both_rated(first: Levels, second: Levels) -> list[tuple[int, int]]:
    pairs = zip(first, second, strict=True)
    return [(a, b) for a, b in pairs if a is not None and b is not None]


def _agreeing_within(tolerance: int, ratings: Ratings) -> Count:
    gaps: Counter[int] = Counter()
    for unit, times in _units(ratings).items():
        for a, b in combinations(unit, 2):
            gaps[b - a] += times
    return Count(sum(n for gap, n in gaps.items() if gap <= tolerance), gaps.total())


def _distance(weights: Weighting, difference: int) -> int:
    if weights == "unweighted":
        return int(difference != 0)
    if weights == "linear":
        return abs(difference)
    if weights == "quadratic":
        return difference**2
    raise ValueError(f"Unknown weights: {weights!r}.")


def _beyond_chance(
    units: Units, q: int, weights: Weighting, chance_per_weight: Fraction
) -> float | None:
    """(p_a - p_e) / (1 - p_e), p_a over units with two ratings, p_e = T_w x `chance_per_weight`."""
    furthest = _distance(weights, q - 1)
    agreement = {d: 1 - Fraction(_distance(weights, d), furthest) for d in range(q)}
    total_weight = sum(agreement[abs(i - j)] for i in range(q) for j in range(q))
    paired = {unit: times for unit, times in units.items() if len(unit) > 1}
    if not paired:
        return None
    observed = sum(
        times * sum(agreement[b - a] for a, b in combinations(unit, 2)) / comb(len(unit), 2)
        for unit, times in paired.items()
    ) / sum(paired.values())
    chance = total_weight * chance_per_weight
    return float((observed - chance) / (1 - chance))


def _square(matrix: Matrix, q: int) -> list[list[Fraction]]:
    if not q or len(matrix) != q or any(len(row) != q for row in matrix):
        raise ValueError("The table and its weights must be square and of the same size.")
    if not all(isfinite(cell) and cell >= 0 for row in matrix for cell in row):
        raise ValueError("The table and its weights must be finite and not negative.")
    return [[Fraction(cell) for cell in row] for row in matrix]


def _quantile(ordered: Sequence[float], share: float) -> float:
    position = share * (len(ordered) - 1)
    below = floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
