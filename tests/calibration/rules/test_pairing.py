"""Suggested pairs: whatever the coaches and organisations, the suggestions keep the rules."""

from hypothesis import given
from hypothesis import strategies as st

from calibration.rules.pairing import Coach, allowed_pairs, components, is_connected, suggest


@st.composite
def programmes(draw):
    """Organisations 100…, coaches of up to four institutions with loads and conflicts."""
    organisations = [100 + n for n in range(draw(st.integers(1, 8)))]
    conflicts = st.frozensets(st.sampled_from(organisations), max_size=3)
    coaches = [
        Coach(n, draw(st.integers(1, 4)), draw(st.integers(0, 5)), draw(conflicts))
        for n in range(1, draw(st.integers(0, 7)) + 1)
    ]
    ids = [coach.id for coach in coaches]
    pairs = st.tuples(st.sampled_from(ids), st.sampled_from(ids)) if ids else st.nothing()
    past = draw(st.lists(pairs.filter(lambda pair: pair[0] != pair[1]), max_size=6)) if ids else []
    return organisations, coaches, past


def loads(chosen, coaches) -> list[int]:
    pairs = [pair for pair in chosen.values() if pair]
    return [coach.load + sum(coach.id in pair for pair in pairs) for coach in coaches]


@given(programmes())
def test_only_valid_pairs_and_one_wherever_there_is_one(programme) -> None:
    organisations, coaches, past = programme
    by_id = {coach.id: coach for coach in coaches}
    chosen = suggest(organisations, coaches, past)
    assert list(chosen) == organisations
    for organisation, pair in chosen.items():
        if pair is None:
            assert allowed_pairs(coaches, organisation) == []
            continue
        first, second = (by_id[one] for one in pair)
        assert first.institution != second.institution
        assert organisation not in first.barred | second.barred


@given(programmes())
def test_the_same_question_has_the_same_answer(programme) -> None:
    organisations, coaches, past = programme
    assert suggest(organisations, coaches, past) == suggest(
        organisations, list(reversed(coaches)), past
    )


@given(st.integers(2, 6), st.integers(1, 14))
def test_the_load_stays_within_one(coaches: int, organisations: int) -> None:
    everybody = [Coach(n, n) for n in range(1, coaches + 1)]
    found = loads(suggest(range(100, 100 + organisations), everybody, []), everybody)
    assert max(found) - min(found) <= 1


def test_the_busiest_coach_waits() -> None:
    coaches = [Coach(1, 1, load=9), Coach(2, 1), Coach(3, 2), Coach(4, 2)]
    assert all(1 not in pair for pair in suggest([100, 101], coaches, []).values())


def test_pairs_rotate() -> None:
    """With four coaches, six assessments bring every possible pair together once."""
    coaches = [Coach(n, n) for n in range(1, 5)]
    pairs = list(suggest(range(100, 106), coaches, []).values())
    assert sorted(pairs) == [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]


def test_a_pair_that_worked_together_comes_after_one_that_did_not() -> None:
    coaches = [Coach(1, 1), Coach(2, 2), Coach(3, 3)]
    past = [(1, 2), (2, 1), (2, 3)]
    assert suggest([100], coaches, past)[100] == (1, 3)


def test_two_groups_are_linked_first() -> None:
    """1 and 3 never worked together either, and come first by number; they link nobody new."""
    coaches = [Coach(n, n) for n in range(1, 6)]
    past = [(1, 2), (2, 3), (4, 5)]
    assert not is_connected(range(1, 6), past)
    pair = suggest([100], coaches, past)[100]
    assert is_connected(range(1, 6), [*past, pair])


@given(st.integers(2, 7), st.integers(0, 3))
def test_enough_assessments_connect_everybody(coaches: int, more: int) -> None:
    everybody = [Coach(n, n) for n in range(1, coaches + 1)]
    chosen = suggest(range(100, 100 + 2 * coaches + more), everybody, [])
    assert is_connected([coach.id for coach in everybody], chosen.values())


def test_an_organisation_with_one_possible_pair_is_served_first() -> None:
    """Organisation 101 can only have 1 and 2; it gets them although 100 is named first."""
    nobody_else = frozenset([101])
    coaches = [Coach(1, 1), Coach(2, 2), Coach(3, 3, barred=nobody_else)]
    chosen = suggest([100, 101], coaches, [])
    assert chosen[101] == (1, 2)
    assert 3 in chosen[100]


def test_components_name_the_groups() -> None:
    groups = components([1, 2, 3, 4, 5], [(1, 2), (2, 3)])
    assert groups[1] == groups[2] == groups[3]
    assert len({groups[1], groups[4], groups[5]}) == 3
    assert is_connected([], [])


@given(programmes())
def test_the_same_pair_is_never_suggested_for_all_while_others_are_free(programme) -> None:
    organisations, coaches, past = programme
    chosen = suggest(organisations, coaches, past)
    pairs = [pair for pair in chosen.values() if pair]
    if len(pairs) > 1 and len(set(pairs)) == 1:
        # Only who was served first had a choice.
        choices = [one for one in organisations if len(allowed_pairs(coaches, one)) > 1]
        assert len(choices) <= 1


def test_two_idle_coaches_are_not_suggested_for_everybody() -> None:
    coaches = [Coach(1, 1), Coach(2, 2), Coach(3, 1, load=9), Coach(4, 2, load=9)]
    chosen = suggest(range(100, 104), coaches, []).values()
    assert len(set(chosen)) == 4
