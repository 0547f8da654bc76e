"""What has to be said with a level."""

import pytest

from calibration.rules.reasons import Wanted, lift_is_missing, reason_wanted


@pytest.mark.parametrize(
    ("own", "level", "lift", "missing"),
    [
        (2, 1, "", True),
        (2, 1, " \n", True),
        (2, 1, "Show one more register.", False),
        (2, 2, "", False),
        (2, 3, "", False),
        (None, 0, "", False),
        (2, None, "", False),
    ],
)
def test_a_mark_down_needs_a_lift(own, level, lift, missing) -> None:
    assert lift_is_missing(own, level, lift) is missing


@pytest.mark.parametrize(
    ("level", "levels", "wanted"),
    [
        (None, [1, 2], Wanted.UNJUDGED),
        (None, [1, 1], Wanted.UNJUDGED),
        (1, [1, 2], None),
        (2, [1, 3], None),
        (3, [1, 2], Wanted.OUTSIDE),
        (0, [None, 2], Wanted.OUTSIDE),
        (0, [None, None], Wanted.OUTSIDE),
        (2, [1, 1], Wanted.CHANGES),
        (1, [1, 1], None),
    ],
)
def test_a_level_that_nobody_gave_needs_a_reason(level, levels, wanted) -> None:
    assert reason_wanted(level, levels) is wanted
