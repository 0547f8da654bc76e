"""Which two coaches for which assessment: pure suggestions that the hub may take or change.

A pair comes from two institutions (`seating.may_pair`), and nothing bars either coach
(`seating.bar`). Among those allowed, pairs differ within what is suggested at once, the load is
kept even, pairs that have worked together least come first, and a pair that joins two unconnected
groups of coaches is preferred, so that severity can be compared across all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from calibration.rules.seating import may_pair

Pair = tuple[int, int]


@dataclass(frozen=True)
class Coach:
    """A coach's id, institution id, open assignments, and what they are `barred` from, by id."""

    id: int
    institution: int
    load: int = 0
    barred: frozenset[int] = frozenset()


def _ordered(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


def allowed_pairs(coaches: Sequence[Coach], assessment: int) -> list[tuple[Coach, Coach]]:
    free = [coach for coach in coaches if assessment not in coach.barred]
    return [(a, b) for a, b in combinations(free, 2) if may_pair(a.institution, b.institution)]


def components(coaches: Iterable[int], pairs: Iterable[Pair]) -> dict[int, int]:
    """Coach id → the number of the connected group that shared assessments put them in."""
    parent = {coach: coach for coach in coaches}

    def root(coach: int) -> int:
        while parent[coach] != coach:
            parent[coach] = parent[parent[coach]]
            coach = parent[coach]
        return coach

    for a, b in pairs:
        parent.setdefault(a, a)
        parent.setdefault(b, b)
        parent[root(a)] = root(b)
    return {coach: root(coach) for coach in parent}


def is_connected(coaches: Iterable[int], pairs: Iterable[Pair]) -> bool:
    """Whether every coach can be compared with every other through shared assessments."""
    return len(set(components(coaches, pairs).values())) <= 1


def suggest(
    assessments: Sequence[int], coaches: Sequence[Coach], past: Iterable[Pair]
) -> Mapping[int, Pair | None]:
    """Assessment id → suggested pair (coach ids), None where no pair is allowed.

    Assessments with the fewest allowed pairs are served first; the rest is greedy and
    deterministic. Where loads are even, the load itself brings another pair each time; where
    they are not, no pair comes again while another that is allowed has come less often, lest the
    two idlest be suggested for everybody.
    """
    load = {coach.id: coach.load for coach in coaches}
    uneven = max(load.values(), default=0) - min(load.values(), default=0) > 1
    pairs = [_ordered(*pair) for pair in past]
    together = Counter(pairs)
    options = {assessment: allowed_pairs(coaches, assessment) for assessment in assessments}
    here: Counter[Pair] = Counter()
    chosen: dict[int, Pair | None] = {}
    for assessment in sorted(assessments, key=lambda one: (len(options[one]), one)):
        groups = components(load, pairs)

        def cost(pair: tuple[Coach, Coach], groups: dict[int, int] = groups) -> tuple:
            a, b = pair
            key = _ordered(a.id, b.id)
            return (
                uneven and here[key],
                max(load[a.id], load[b.id]),
                load[a.id] + load[b.id],
                here[key],
                groups[a.id] == groups[b.id],
                together[key],
                key,
            )

        best = min(options[assessment], key=cost, default=None)
        if best is None:
            chosen[assessment] = None
            continue
        pair = _ordered(best[0].id, best[1].id)
        chosen[assessment] = pair
        pairs.append(pair)
        together[pair] += 1
        here[pair] += 1
        for coach in pair:
            load[coach] += 1
    return {assessment: chosen[assessment] for assessment in assessments}
