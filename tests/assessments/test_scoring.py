"""The pure rules about ratings. Not rated is never counted as the lowest level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import attention, is_answered, level_counts

LEVELS = st.lists(st.none() | st.integers(0, 3))


@given(LEVELS)
def test_counts_add_up(levels: list[int | None]) -> None:
    counts, not_rated = level_counts(levels, 4)
    assert len(counts) == 4
    assert sum(counts) + not_rated == len(levels)
    assert [levels.count(value) for value in range(4)] == counts


@given(LEVELS, st.integers(1, 20))
def test_not_rated_never_changes_the_count_of_a_level(levels: list, more: int) -> None:
    counts, not_rated = level_counts(levels, 4)
    assert level_counts(levels + [None] * more, 4) == (counts, not_rated + more)
    assert level_counts([each for each in levels if each is not None], 4) == (counts, 0)


@given(LEVELS)
def test_the_order_of_ratings_does_not_matter(levels: list[int | None]) -> None:
    assert level_counts(levels, 4) == level_counts(levels[::-1], 4)


def test_counts_of_nothing_and_of_the_lowest() -> None:
    assert level_counts([], 3) == ([0, 0, 0], 0)
    assert level_counts([0, 0, None], 3) == ([2, 0, 0], 1)


@pytest.mark.parametrize(
    ("level", "reason", "expected"),
    [(None, "", False), (0, "", True), (3, "", True), (None, "Not run yet.", True)],
)
def test_what_counts_as_an_answer(level: int | None, reason: str, expected: bool) -> None:
    assert is_answered(level, reason) is expected


@pytest.mark.parametrize(
    ("level", "reason", "words", "evidence", "expected"),
    [
        (None, "", "", 0, "not rated yet"),
        (None, "", "Words.", 3, "not rated yet"),
        (None, "Not run yet.", "", 0, ""),
        (0, "", "", 0, ""),
        (1, "", "Words.", 0, "no evidence yet"),
        (3, "", "", 0, "no evidence yet"),
        (3, "", "", 1, "no reason given yet"),
        (2, "", "Words.", 1, ""),
    ],
)
def test_what_wants_another_look(level, reason, words, evidence, expected) -> None:
    assert attention(level, reason, words, evidence) == expected


@given(st.none() | st.integers(0, 3), st.text(max_size=3), st.text(max_size=3), st.integers(0, 3))
def test_only_the_unanswered_are_called_not_rated(level, reason, words, evidence) -> None:
    said = attention(level, reason, words, evidence)
    assert (said == "not rated yet") is not is_answered(level, reason)
