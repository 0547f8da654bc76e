"""The pure rules about ratings. Not rated is never taken for the lowest level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import RATED, attention, is_answered


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


@pytest.mark.parametrize(
    ("rated", "cannot", "said"),
    [
        (0, 0, "0 of 30 rated"),
        (30, 0, "30 of 30 rated"),
        (12, 1, "12 of 30 rated, 1 cannot be rated"),
        (29, 1, "29 rated, 1 cannot be rated"),
        (0, 30, "0 rated, 30 cannot be rated"),
    ],
)
def test_a_count_says_what_cannot_be_rated(rated: int, cannot: int, said: str) -> None:
    assert RATED.count(rated, cannot, 30) == said
