"""The agreement statistics against published examples, definitions and symmetries.

The lettered examples and their sources are those of the project's list of published oracles:
"published" figures are printed in the paper named, the others were computed twice independently.
"""

import ast
import math
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calibration.rules import agreement
from calibration.rules.agreement import (
    bootstrap_interval,
    brennan_prediger,
    cohen_kappa,
    confusion,
    exact_agreement,
    gwet_ac,
    krippendorff_alpha,
    mean_signed_difference,
    within_one,
)

WEIGHTS = ["unweighted", "linear", "quadratic"]
METRICS = ["nominal", "ordinal", "interval"]


def raters(text):
    return [[None if c == "." else int(c) for c in line.split()] for line in text.split("\n")]


def ratings_of(table):
    """The two lists of levels, 0-based, that a table of counts stands for."""
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [[i for i, _ in cells], [j for _, j in cells]]


KRIPPENDORFF_2011 = raters(
    "1 2 3 3 2 1 4 1 2 . . .\n"
    "1 2 3 3 2 2 4 1 2 5 . 3\n"
    ". 3 3 3 2 3 4 2 2 5 1 .\n"
    "1 2 3 3 2 4 4 1 2 5 1 ."
)
THREE_RATERS = raters(
    ". . . . . 3 4 1 2 1 1 3 3 . 3\n1 . 2 1 3 3 4 3 . . . . . . .\n. . 2 1 3 4 4 . 2 1 1 3 3 . 4"
)
COHEN_1968 = [[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]]
NEARLY_ALL_HIGH = [[3] * 28 + [2, 3], [3] * 28 + [3, 2]]
TWO_COACHES = raters("1 1 2 . 0 0 1 1 2 2 . 0 1 3 1\n1 1 3 0 0 0 0 . 2 1 1 0 2 3 1")


def printed(value, digits):
    """Equal to the digits given, and not one place looser."""
    return pytest.approx(value, rel=0, abs=0.5 * 10**-digits + 1e-12)


# Published examples


@pytest.mark.parametrize(
    ("metric", "alpha"), [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107)]
)
def test_a_krippendorff_2011_alpha(metric, alpha):
    # Known wrong ordinal values: .789, and .834 from "ordinal weights".
    assert krippendorff_alpha(KRIPPENDORFF_2011, metric) == printed(alpha, 6)


@pytest.mark.parametrize(
    ("coefficient", "weights", "value"),
    [
        (gwet_ac, "unweighted", 0.775),
        (brennan_prediger, "unweighted", 0.773),
        (gwet_ac, "quadratic", 0.914),
        (brennan_prediger, "quadratic", 0.902),
    ],
)
def test_a_chance_fixed_by_the_scale(coefficient, weights, value):
    assert coefficient(KRIPPENDORFF_2011, 5, weights) == printed(value, 3)


@pytest.mark.parametrize(
    ("metric", "alpha", "digits"),
    [("nominal", 0.691, 3), ("ordinal", 0.806721, 6), ("interval", 0.810845, 6)],
)
def test_c_empty_and_single_rated_units(metric, alpha, digits):
    assert krippendorff_alpha(THREE_RATERS, metric) == printed(alpha, digits)


def test_d_cohen_1968():
    symmetric = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
    one_sided = [[0, 1, 4], [1, 0, 6], [2, 2, 0]]
    transposed = list(zip(*COHEN_1968, strict=True))
    assert cohen_kappa(COHEN_1968) == printed(0.492, 3)
    assert cohen_kappa(COHEN_1968, symmetric) == printed(0.348, 3)
    assert cohen_kappa(COHEN_1968, one_sided) == printed(0.353, 3)
    assert cohen_kappa(transposed, one_sided) == printed(0.421, 3)


@pytest.mark.parametrize(
    ("table", "agree", "kappa", "kappa_digits", "ac1"),
    [
        ([[130, 56], [9, 5]], 0.675, 0.022, 3, 0.5326),
        ([[40, 9], [6, 45]], 0.85, 0.6995, 4, 0.7007),
        ([[80, 10], [5, 5]], 0.85, 0.3182, 4, 0.8080),
    ],
)
def test_g_the_paradox(table, agree, kappa, kappa_digits, ac1):
    ratings = ratings_of(table)
    count = exact_agreement(ratings)
    assert confusion(*ratings, 2) == table
    assert count.agree / count.pairs == agree
    assert cohen_kappa(table) == printed(kappa, kappa_digits)
    assert gwet_ac(ratings, 2) == printed(ac1, 4)


def test_h_nearly_all_at_one_level():
    table = confusion(*NEARLY_ALL_HIGH, 4)
    assert table == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 28]]
    assert exact_agreement(NEARLY_ALL_HIGH) == (28, 30)
    assert cohen_kappa(table) == printed(-0.034483, 6)
    assert krippendorff_alpha(NEARLY_ALL_HIGH, "nominal") == printed(-0.017241, 6)
    assert krippendorff_alpha(NEARLY_ALL_HIGH, "ordinal") == printed(-0.017241, 6)
    assert gwet_ac(NEARLY_ALL_HIGH, 4) == printed(0.931870, 6)
    assert gwet_ac(NEARLY_ALL_HIGH, 4, "quadratic") == printed(0.992102, 6)
    # .866667 would mean that q was taken from the two levels seen.
    assert brennan_prediger(NEARLY_ALL_HIGH, 4) == printed(0.911111, 6)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_h_all_at_one_level(weights):
    ratings = [[3] * 30, [3] * 30]
    assert cohen_kappa(confusion(*ratings, 4), weights) is None
    assert [krippendorff_alpha(ratings, metric) for metric in METRICS] == [None] * 3
    assert gwet_ac(ratings, 4, weights) == 1
    assert brennan_prediger(ratings, 4, weights) == 1


def test_i_two_coaches():
    table = confusion(*TWO_COACHES, 4)
    exact = exact_agreement(TWO_COACHES)
    assert (exact.agree, exact.pairs) == (8, 12)
    assert within_one(TWO_COACHES) == (12, 12)
    assert mean_signed_difference(*TWO_COACHES) == 0
    assert table == [[3, 0, 0, 0], [1, 3, 1, 0], [0, 1, 1, 1], [0, 0, 0, 1]]
    assert cohen_kappa(table) == printed(0.538462, 6)
    assert cohen_kappa(table, "linear") == printed(0.692308, 6)
    assert cohen_kappa(table, "quadratic") == printed(0.828571, 6)
    assert krippendorff_alpha(TWO_COACHES, "ordinal") == printed(0.837540, 6)


# Conventions


def test_counts_take_every_pair_of_raters():
    ratings = [[0, 2, None, 1], [1, 2, 3, None], [3, 2, None, None]]
    assert exact_agreement(ratings) == (3, 6)
    assert within_one(ratings) == (4, 6)


def test_signed_difference_is_positive_when_the_first_is_higher():
    assert mean_signed_difference([3, 2, None, 0], [1, 2, 3, None]) == 1.0
    assert mean_signed_difference([1, 2], [3, 2]) == -1.0


def test_rows_are_the_first_rater_and_level_zero_is_rated():
    assert confusion([0, 0, None, 2], [2, 0, 0, None], 3) == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_singly_rated_units_move_prevalence_and_nothing_else():
    alone = [[0, 1, 1, 0], [0, 1, 0, 0]]
    with_single = [[0, 1, 1, 0, 1], [0, 1, 0, 0, None]]
    assert gwet_ac(alone, 2) != gwet_ac(with_single, 2)
    assert brennan_prediger(alone, 2) == brennan_prediger(with_single, 2)
    for metric in METRICS:
        assert krippendorff_alpha(alone, metric) == krippendorff_alpha(with_single, metric)


def test_independent_raters_have_kappa_zero():
    assert cohen_kappa([[4, 2], [2, 1]]) == 0.0


# Undefined, and refused


@pytest.mark.parametrize(
    "ratings",
    [
        [[], []],
        [[None, None], [None, None]],
        [[0, None], [None, 1]],
        [[0, 1, 2]],
    ],
)
def test_without_a_shared_unit_everything_is_undefined(ratings):
    assert exact_agreement(ratings) == (0, 0)
    assert within_one(ratings) == (0, 0)
    assert [krippendorff_alpha(ratings, metric) for metric in METRICS] == [None] * 3
    for weights in WEIGHTS:
        assert gwet_ac(ratings, 4, weights) is None
        assert brennan_prediger(ratings, 4, weights) is None
    if len(ratings) == 2:
        table = confusion(*ratings, 4)
        assert table == [[0] * 4] * 4
        assert [cohen_kappa(table, weights) for weights in WEIGHTS] == [None] * 3
        assert mean_signed_difference(*ratings) is None


def test_kappa_is_undefined_when_the_weights_forgive_everything():
    assert cohen_kappa([[1, 2], [3, 4]], [[0, 0], [0, 0]]) is None


@pytest.mark.parametrize("ratings", [[], [[0, 1], [0]], [[0], [0, None]]])
@pytest.mark.parametrize(
    "statistic",
    [
        exact_agreement,
        within_one,
        krippendorff_alpha,
        lambda ratings: gwet_ac(ratings, 4),
        lambda ratings: brennan_prediger(ratings, 4),
    ],
)
def test_no_raters_and_unequal_lengths_are_refused(statistic, ratings):
    with pytest.raises(ValueError, match="no raters|shorter|longer"):
        statistic(ratings)


def test_two_lists_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="shorter|longer"):
        mean_signed_difference([1, 2], [1])
    with pytest.raises(ValueError, match="shorter|longer"):
        confusion([1, 2], [1], 4)


@pytest.mark.parametrize("levels", [[4, 0], [-1, 0], [0, 1, 2, 3, 4], [5, 5]])
@pytest.mark.parametrize("coefficient", [gwet_ac, brennan_prediger])
def test_levels_off_the_scale_are_refused(coefficient, levels):
    with pytest.raises(ValueError, match="0 to q - 1 or 1 to q"):
        coefficient([levels, levels], 4)


@pytest.mark.parametrize("coefficient", [gwet_ac, brennan_prediger])
def test_a_scale_of_one_level_is_refused(coefficient):
    with pytest.raises(ValueError, match="q at least 2"):
        coefficient([[0], [0]], 1)


@pytest.mark.parametrize(("first", "second"), [([4], [0]), ([0], [4]), ([-1], [0])])
def test_confusion_refuses_levels_off_the_scale(first, second):
    with pytest.raises(ValueError, match="0 to 3"):
        confusion(first, second, 4)


@pytest.mark.parametrize(
    ("table", "weights"),
    [
        ([], "unweighted"),
        ([[1, 2]], "unweighted"),
        ([[1, 2], [3]], "unweighted"),
        ([[1, -2], [3, 4]], "unweighted"),
        ([[1, math.nan], [3, 4]], "unweighted"),
        ([[1, math.inf], [3, 4]], "unweighted"),
        ([[1, 2], [3, 4]], [[0, 1, 2], [1, 0, 1], [2, 1, 0]]),
        ([[1, 2], [3, 4]], [[0, math.nan], [1, 0]]),
        ([[1, 2], [3, 4]], [[1, 0], [0, 1]]),
    ],
)
def test_malformed_tables_and_weights_are_refused(table, weights):
    with pytest.raises(ValueError, match="square|finite|diagonal"):
        cohen_kappa(table, weights)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="cubic"):
        cohen_kappa([[1, 0], [0, 1]], "cubic")
    with pytest.raises(ValueError, match="cubic"):
        gwet_ac([[0], [0]], 4, "cubic")
    with pytest.raises(ValueError, match="ratio"):
        krippendorff_alpha([[0], [0]], "ratio")


# Properties


@st.composite
def some_ratings(draw, missing=True, most=4):
    level = st.integers(0, 3)
    cell = st.none() | level if missing else level
    units = draw(st.integers(1, 12))
    return draw(st.lists(st.lists(cell, min_size=units, max_size=units), min_size=2, max_size=most))


def every_coefficient(ratings):
    return [
        exact_agreement(ratings),
        within_one(ratings),
        *(krippendorff_alpha(ratings, metric) for metric in METRICS),
        *(gwet_ac(ratings, 4, weights) for weights in WEIGHTS),
        *(brennan_prediger(ratings, 4, weights) for weights in WEIGHTS),
    ]


def mapped(ratings, change):
    return [[None if level is None else change(level) for level in rater] for rater in ratings]


@given(some_ratings(), st.randoms(use_true_random=False))
def test_order_of_raters_and_of_units_is_immaterial(ratings, rng):
    shuffled = rng.sample(ratings, len(ratings))
    order = rng.sample(range(len(ratings[0])), len(ratings[0]))
    shuffled = [[rater[i] for i in order] for rater in shuffled]
    assert every_coefficient(shuffled) == every_coefficient(ratings)


@given(some_ratings())
def test_reversing_the_scale_changes_nothing(ratings):
    assert every_coefficient(mapped(ratings, lambda x: 3 - x)) == every_coefficient(ratings)


@given(some_ratings())
def test_levels_may_start_at_zero_or_one(ratings):
    assert every_coefficient(mapped(ratings, lambda x: x + 1)) == every_coefficient(ratings)


@given(some_ratings(), st.permutations(range(4)))
def test_unordered_coefficients_ignore_relabelling(ratings, names):
    renamed = mapped(ratings, lambda x: names[x])
    assert exact_agreement(renamed) == exact_agreement(ratings)
    assert krippendorff_alpha(renamed) == krippendorff_alpha(ratings)
    assert gwet_ac(renamed, 4) == gwet_ac(ratings, 4)
    assert brennan_prediger(renamed, 4) == brennan_prediger(ratings, 4)


@given(some_ratings(), st.integers(1, 9), st.integers(-99, 99))
def test_alpha_keeps_to_its_metric(ratings, scale, shift):
    linear = mapped(ratings, lambda x: scale * x + shift)
    monotone = mapped(ratings, lambda x: x**3 + shift)
    assert krippendorff_alpha(linear, "interval") == krippendorff_alpha(ratings, "interval")
    assert krippendorff_alpha(monotone, "ordinal") == krippendorff_alpha(ratings, "ordinal")


@given(some_ratings())
def test_a_unit_nobody_rated_and_a_rater_who_rated_nothing_add_nothing(ratings):
    wider = [[*rater, None] for rater in ratings]
    wider.append([None] * len(wider[0]))
    assert every_coefficient(wider) == every_coefficient(ratings)


@given(some_ratings(missing=False, most=2))
def test_swapping_two_raters(ratings):
    first, second = ratings
    table, swapped = confusion(first, second, 4), confusion(second, first, 4)
    assert swapped == [list(column) for column in zip(*table, strict=True)]
    assert mean_signed_difference(second, first) == -mean_signed_difference(first, second)
    for weights in WEIGHTS:
        assert cohen_kappa(swapped, weights) == cohen_kappa(table, weights)


@given(some_ratings(missing=False, most=2), st.permutations(range(4)), st.integers(2, 9))
def test_kappa_ignores_relabelling_and_the_size_of_table_and_weights(ratings, names, times):
    table = confusion(*ratings, 4)
    renamed = confusion(*mapped(ratings, lambda x: names[x]), 4)
    squares = [[times * (i - j) ** 2 for j in range(4)] for i in range(4)]
    larger = [[times * cell for cell in row] for row in table]
    total = sum(map(sum, table))
    proportions = [[cell / total for cell in row] for row in table]
    assert cohen_kappa(renamed) == cohen_kappa(table)
    assert cohen_kappa(table, squares) == cohen_kappa(table, "quadratic")
    for weights in WEIGHTS:
        kappa = cohen_kappa(table, weights)
        assert cohen_kappa(larger, weights) == kappa
        if kappa is not None:
            assert cohen_kappa(proportions, weights) == pytest.approx(kappa, abs=1e-9)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12))
def test_perfect_agreement_is_one_or_undefined(levels):
    ratings = [levels, levels, levels]
    varied = len(set(levels)) > 1
    for metric in METRICS:
        assert krippendorff_alpha(ratings, metric) == (1 if varied else None)
    for weights in WEIGHTS:
        assert cohen_kappa(confusion(levels, levels, 4), weights) == (1 if varied else None)
        assert gwet_ac(ratings, 4, weights) == brennan_prediger(ratings, 4, weights) == 1


@given(some_ratings())
def test_coefficients_are_finite_and_at_most_one(ratings):
    for value in every_coefficient(ratings)[2:]:
        assert value is None or (math.isfinite(value) and value <= 1)


@given(some_ratings())
def test_two_levels_leave_one_alpha(ratings):
    halves = mapped(ratings, lambda x: x // 2)
    assert len({krippendorff_alpha(halves, metric) for metric in METRICS}) == 1


# The published formulas, term by term


def coincidence_alpha(ratings, metric):
    """Krippendorff 2011, sections C and D: coincidence matrix and difference functions."""
    o = Counter()
    for unit in zip(*ratings, strict=True):
        rated = [level for level in unit if level is not None]
        for a, c in enumerate(rated):
            for b, k in enumerate(rated):
                if a != b:
                    o[c, k] += 1 / (len(rated) - 1)
    n = [sum(o[c, k] for k in range(4)) for c in range(4)]

    def delta(c, k):
        if metric == "ordinal":
            low, high = min(c, k), max(c, k)
            return (sum(n[low : high + 1]) - (n[c] + n[k]) / 2) ** 2
        return float(c != k) if metric == "nominal" else (c - k) ** 2

    cells = [(c, k) for c in range(4) for k in range(4)]
    observed = sum(o[c, k] * delta(c, k) for c, k in cells)
    expected = sum(n[c] * n[k] * delta(c, k) for c, k in cells)
    return 1 - (sum(n) - 1) * observed / expected


def tabulated(ratings, weights):
    """Gwet 2014, chapter 5: AC and Brennan-Prediger from r_ik, raters who gave unit i level k."""
    q = 4
    w = [
        [
            {
                "unweighted": float(k == m),
                "linear": 1 - abs(k - m) / 3,
                "quadratic": 1 - (k - m) ** 2 / 9,
            }[weights]
            for m in range(q)
        ]
        for k in range(q)
    ]
    r = [[unit.count(k) for k in range(q)] for unit in zip(*ratings, strict=True)]
    rated = [row for row in r if sum(row)]
    paired = [row for row in r if sum(row) > 1]
    pa = sum(
        row[k] * (sum(w[k][m] * row[m] for m in range(q)) - 1) / (sum(row) * (sum(row) - 1))
        for row in paired
        for k in range(q)
    ) / len(paired)
    pi = [sum(row[k] / sum(row) for row in rated) / len(rated) for k in range(q)]
    total = sum(map(sum, w))
    chances = total / (q * (q - 1)) * sum(p * (1 - p) for p in pi), total / q**2
    return [(pa - pe) / (1 - pe) for pe in chances]


@given(some_ratings(), st.sampled_from(METRICS))
def test_alpha_is_that_of_the_coincidence_matrix(ratings, metric):
    alpha = krippendorff_alpha(ratings, metric)
    assume(alpha is not None)
    assert alpha == pytest.approx(coincidence_alpha(ratings, metric), abs=1e-9)


@given(some_ratings(), st.sampled_from(WEIGHTS))
def test_ac_and_brennan_prediger_are_those_of_the_rater_counts(ratings, weights):
    values = [gwet_ac(ratings, 4, weights), brennan_prediger(ratings, 4, weights)]
    assume(None not in values)
    assert values == pytest.approx(tabulated(ratings, weights), abs=1e-9)


@given(some_ratings(missing=False, most=2))
def test_alpha_approaches_scotts_pi_by_its_small_sample_term(ratings):
    # Krippendorff 2011: nominal alpha of two complete raters is pi + (1 - pi) / n.
    n = 2 * len(ratings[0])
    share = [(ratings[0].count(k) + ratings[1].count(k)) / n for k in range(4)]
    chance = sum(p * p for p in share)
    assume(max(share) < 1)
    count = exact_agreement(ratings)
    pi = (count.agree / count.pairs - chance) / (1 - chance)
    assert krippendorff_alpha(ratings) == pytest.approx(pi + (1 - pi) / n, abs=1e-9)


# Intervals


def mean(clusters):
    return sum(map(sum, clusters)) / sum(map(len, clusters))


def alpha_of(organisations):
    """Alpha over the units of several organisations, each one a pair of raters."""
    joined = [[level for pair in organisations for level in pair[rater]] for rater in (0, 1)]
    return krippendorff_alpha(joined, "ordinal")


def test_bootstrap_is_fixed_by_its_seed():
    clusters = [[0, 1, 3], [2], [3, 3], [1, 0], [2, 2, 1]]
    state = random.getstate()
    intervals = [bootstrap_interval(clusters, mean, seed=seed) for seed in (7, 7, 8)]
    assert intervals[0] == intervals[1]
    assert bootstrap_interval(clusters, mean, seed=7, draws=50) != bootstrap_interval(
        clusters, mean, seed=8, draws=50
    )
    assert random.getstate() == state


def test_bootstrap_draws_whole_clusters():
    clusters = [("a", 1), ("b", 2), ("c", 3)]
    seen = []

    def record(drawn):
        seen.append(list(drawn))
        return 0.0

    assert bootstrap_interval(clusters, record, seed=1, draws=200) == (0.0, 0.0)
    assert len(seen) == 200
    assert all(len(drawn) == 3 and set(drawn) <= set(clusters) for drawn in seen)
    assert any(len(set(drawn)) < 3 for drawn in seen)


def test_bootstrap_is_wider_for_clusters_than_for_their_units():
    clusters = [[level] * 10 for level in (0, 1, 2, 3, 0, 3)]
    units = [[level] for cluster in clusters for level in cluster]
    low, high = bootstrap_interval(clusters, mean, seed=3)
    unit_low, unit_high = bootstrap_interval(units, mean, seed=3)
    assert low < unit_low < mean(clusters) < unit_high < high


def test_bootstrap_percentiles():
    # Two clusters: the mean of a draw is 0, 1/2 or 1 with chances 1/4, 1/2 and 1/4.
    assert bootstrap_interval([[0], [1]], mean, seed=5) == (0.0, 1.0)
    assert bootstrap_interval([[0], [1]], mean, seed=5, level=0.4) == (0.5, 0.5)


def test_bootstrap_interpolates_between_draws():
    drawn = iter([4.0, 0.0, 3.0, 1.0, 2.0])
    interval = bootstrap_interval([1, 2], lambda _: next(drawn), seed=1, draws=5, level=0.75)
    assert interval == (0.5, 3.5)


def test_bootstrap_of_alpha_brackets_it():
    rng = random.Random(11)
    organisations = []
    for _ in range(12):
        first = [rng.randrange(4) for _ in range(30)]
        second = [min(3, max(0, level + rng.choice([-1, 0, 0, 0, 1]))) for level in first]
        organisations.append((first, second))
    low, high = bootstrap_interval(organisations, alpha_of, seed=2, draws=300)
    assert -1 <= low < alpha_of(organisations) < high < 1


@pytest.mark.parametrize("clusters", [[], [[0, 1, 2]]])
def test_bootstrap_needs_two_clusters(clusters):
    assert bootstrap_interval(clusters, mean, seed=1) is None


@pytest.mark.parametrize("undefined", [None, math.nan, math.inf])
@pytest.mark.parametrize(("missing", "interval"), [(5, (1.0, 1.0)), (6, None), (100, None)])
def test_bootstrap_is_undefined_when_too_many_draws_are(undefined, missing, interval):
    drawn = iter([undefined] * missing + [1.0] * (100 - missing))
    assert bootstrap_interval([1, 2], lambda _: next(drawn), seed=1, draws=100) == interval


@pytest.mark.parametrize("options", [{"draws": 0}, {"level": 0}, {"level": 1}, {"level": 95}])
def test_bootstrap_refuses_senseless_options(options):
    with pytest.raises(ValueError, match="draws must be"):
        bootstrap_interval([[0], [1]], mean, seed=1, **options)


# Purity


def test_the_module_imports_the_standard_library_alone():
    tree = ast.parse(Path(agreement.__file__).read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(node.module)
    assert "fractions" in names
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@given(some_ratings())
def test_arguments_are_left_as_they_were(ratings):
    before = [list(rater) for rater in ratings]
    every_coefficient(ratings)
    assert ratings == before
