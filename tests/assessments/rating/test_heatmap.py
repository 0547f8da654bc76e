"""The grid that every heat-map is drawn from."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo, PillarInfo
from assessments.models import Rating
from assessments.rating.queries import build_grid
from assessments.scoring import RATED


def criterion(number: int, pillar: str, *, counted: bool = True) -> CriterionInfo:
    return CriterionInfo(
        id=number,
        code=f"{pillar}.{number}",
        position=number,
        counted=counted,
        statement=f"Statement {number}",
        label=f"Label {number}",
        explainer="",
        evidence_guidance="",
        typical_evidence=(),
        first_step="",
        related=(),
        terms=(),
        descriptors=("", "", ""),
        pillar_key=pillar,
    )


LEVELS = tuple(
    LevelInfo(value, key, key, key, "", value, ())
    for value, key in enumerate(("low", "mid", "top"))
)
PILLARS = (
    PillarInfo("one", "One", "", (criterion(0, "one", counted=False), criterion(1, "one"))),
    PillarInfo("two", "Two", "", tuple(criterion(number, "two") for number in (2, 3, 4))),
)
FRAMEWORK = Catalogue(1, "small", "1", "Small", "", LEVELS, PILLARS)


def rating(number: int, level: int | None, reason: str = "", evidence: int = 0) -> Rating:
    row = Rating(criterion_id=number, level=level, cannot_rate_reason=reason, justification="W.")
    row.evidence_count = evidence
    return row


RATINGS = st.dictionaries(
    st.integers(0, 4), st.tuples(st.none() | st.integers(0, 2), st.sampled_from(["", "Not run."]))
)


@given(RATINGS)
def test_the_grid_holds_every_criterion_in_order_and_its_counts_add_up(drawn: dict) -> None:
    rows = {
        number: rating(number, level, "" if level is not None else reason)
        for number, (level, reason) in drawn.items()
    }
    grid = build_grid(FRAMEWORK, rows)
    assert [cell.code for cell in grid.cells] == [each.code for each in FRAMEWORK.criteria]
    assert (grid.total, grid.width) == (5, 3)
    assert [row.total for row in grid.rows] == [2, 3]
    answered = [r for r in rows.values() if r.level is not None or r.cannot_rate_reason]
    assert grid.answered == sum(row.answered for row in grid.rows) == len(answered)
    rated = [r for r in answered if r.level is not None]
    assert grid.count == RATED.count(len(rated), len(answered) - len(rated), 5)
    shown = Counter(cell.level.value if cell.level else None for cell in grid.cells)
    counts = [sum(r.level == value for r in rows.values()) for value in range(3)]
    assert [shown[value] for value in range(3)] == counts
    assert shown[None] == 5 - sum(counts)


@given(RATINGS)
def test_a_cell_has_a_level_only_where_there_is_one(drawn: dict) -> None:
    rows = {number: rating(number, level) for number, (level, _) in drawn.items()}
    for cell in build_grid(FRAMEWORK, rows).cells:
        row = rows.get(cell.criterion.id)
        if row is None or row.level is None:
            assert cell.level is None
            assert not cell.answered
        else:
            assert cell.level is FRAMEWORK.levels[row.level]
            assert cell.answered


def test_the_lowest_level_not_rated_and_cannot_be_rated_are_three_things() -> None:
    grid = build_grid(
        FRAMEWORK, {0: rating(0, 0), 1: rating(1, None), 2: rating(2, None, "Not run yet.")}
    )
    low, empty, cannot = (grid.cell(code) for code in ("one.0", "one.1", "two.2"))
    assert (low.level.key, low.answered, low.cannot_rate, low.attention) == ("low", True, False, "")
    assert (empty.level, empty.answered, empty.cannot_rate) == (None, False, False)
    assert empty.attention == "not rated yet"
    assert (cannot.level, cannot.answered, cannot.cannot_rate) == (None, True, True)
    assert not cannot.needs_attention


def test_evidence_settles_what_wants_attention() -> None:
    grid = build_grid(FRAMEWORK, {1: rating(1, 2), 2: rating(2, 2, evidence=2)})
    assert grid.cell("one.1").attention == "no evidence yet"
    assert not grid.cell("two.2").needs_attention
    assert grid.cell("two.2").evidence_count == 2


def test_the_overall_statement_is_marked_and_links_come_from_the_caller() -> None:
    grid = build_grid(FRAMEWORK, {}, url=lambda each: f"/there/{each.code}/")
    assert [cell.is_overall for cell in grid.cells] == [True, False, False, False, False]
    assert grid.cell("two.3").url == "/there/two.3/"
    assert build_grid(FRAMEWORK, {}).cell("two.3").url == ""


def test_an_unknown_cell_is_an_error() -> None:
    with pytest.raises(StopIteration):
        build_grid(FRAMEWORK, {}).cell("three.1")


def test_a_cell_knows_its_neighbours_across_pillars() -> None:
    grid = build_grid(FRAMEWORK, {})
    codes = [cell.code for cell in grid.cells]
    around = {
        code: tuple(cell.code if cell else None for cell in grid.around(code)) for code in codes
    }
    assert around == {
        "one.0": (None, "one.1"),
        "one.1": ("one.0", "two.2"),
        "two.2": ("one.1", "two.3"),
        "two.3": ("two.2", "two.4"),
        "two.4": ("two.3", None),
    }
