"""Differences, changes and agreement, told in words."""

import pytest

from assessments.framework.values import LevelInfo
from calibration.rules.levels import difference
from calibration.rules.wording import (
    agreement_words,
    beside_own,
    change_words,
    difference_brief,
    difference_words,
    moved_words,
    yours_words,
)

SHORT = ("Low or no", "Little", "Moderate", "High")
LEVELS = [
    LevelInfo(value, short.lower(), short, short, "", value, (True,) * 4)
    for value, short in enumerate(SHORT)
]


def spoken(*values: int | None):
    return [
        (f"Coach {name}", None if value is None else LEVELS[value])
        for name, value in zip("ABC", values, strict=False)
    ]


def words(*values: int | None) -> tuple[str, str]:
    found = difference(values, [], len(LEVELS))
    given = spoken(*values)
    return difference_words(given, found, LEVELS), difference_brief(given, found)


@pytest.mark.parametrize(
    ("values", "sentence", "brief"),
    [
        ((1, 1), "Both coaches chose Little.", "Same level"),
        (
            (1, 2),
            "The coaches are one step apart, and the step crosses from little to moderate.",
            "One step apart",
        ),
        ((2, 3), "The coaches are one step apart.", "One step apart"),
        (
            (0, 3),
            "The coaches are three steps apart, across the line between little and moderate.",
            "Three steps apart",
        ),
        ((1, 1, 1), "All the coaches chose Little.", "Same level"),
        ((2, 2, 3), "The coaches are up to one step apart.", "One step apart"),
        (
            (1, None),
            "Coach A chose Little; Coach B could not judge it.",
            "Coach B could not judge it",
        ),
        (
            (1, None, 1),
            "The others chose Little; Coach B could not judge it.",
            "Coach B could not judge it",
        ),
        (
            (None, None),
            "None of the coaches could judge this.",
            "Coach A and Coach B could not judge it",
        ),
    ],
)
def test_differences(values, sentence, brief) -> None:
    assert words(*values) == (sentence, brief)


@pytest.mark.parametrize(
    ("own", "level", "beside", "changes"),
    [
        (2, 2, "Same as the organisation", "unchanged"),
        (2, 1, "One step below the organisation", "mark-down of one step"),
        (0, 2, "Two steps above the organisation", "mark-up of two steps"),
        (0, 0, "Same as the organisation", "unchanged"),
        (None, 0, "", "nothing to compare with"),
        (0, None, "", "nothing to compare with"),
    ],
)
def test_against_the_organisation(own, level, beside, changes) -> None:
    assert beside_own(level, own) == beside
    assert change_words(own, level) == changes


def test_agreement_as_the_page_says_it() -> None:
    first = [1] * 30
    second = [1] * 23 + [2] * 6 + [3]
    assert agreement_words([first, second]) == (
        "The coaches, working separately, chose the same level for 23 of 30 criteria; "
        "29 were within one step."
    )


def test_agreement_counts_only_what_both_judged() -> None:
    assert agreement_words([[0, None, 1], [0, 1, 3]]) == (
        "The coaches, working separately, chose the same level for 1 of the 2 criteria that both "
        "could judge; 1 was within one step."
    )
    assert agreement_words([[None], [1]]) == "There is no criterion that both coaches could judge."


@pytest.mark.parametrize(
    ("own", "level", "moved", "yours"),
    [
        (2, 1, "Marked down", "Yours is 1 step lower."),
        (3, 1, "Marked down two steps", "Yours is 2 steps lower."),
        (1, 2, "Marked up", "Yours is 1 step higher."),
        (2, 2, "Unchanged", ""),
        (None, 2, "Not compared", ""),
        (2, None, "Not compared", ""),
    ],
)
def test_a_level_beside_ones_own(own, level, moved, yours) -> None:
    assert (moved_words(own, level), yours_words(own, level)) == (moved, yours)
