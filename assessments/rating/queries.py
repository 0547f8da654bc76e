"""The grid that every heat-map is drawn from: page, print, PDF and spreadsheet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo, PillarInfo
from assessments.models import Assessment, Rating
from assessments.scoring import attention, is_answered


@dataclass(frozen=True)
class Cell:
    """One criterion as it stands. `level` None is not rated."""

    criterion: CriterionInfo
    level: LevelInfo | None
    cannot_rate: bool
    answered: bool
    evidence_count: int
    attention: str
    url: str

    @property
    def code(self) -> str:
        return self.criterion.code

    @property
    def label(self) -> str:
        return self.criterion.label

    @property
    def statement(self) -> str:
        return self.criterion.statement

    @property
    def is_overall(self) -> bool:
        return self.criterion.is_overall

    @property
    def needs_attention(self) -> bool:
        return bool(self.attention)


@dataclass(frozen=True)
class Row:
    pillar: PillarInfo
    cells: tuple[Cell, ...]

    @property
    def rated(self) -> int:
        return sum(cell.answered for cell in self.cells)

    @property
    def total(self) -> int:
        return len(self.cells)


@dataclass(frozen=True)
class Grid:
    caption: str
    rows: tuple[Row, ...]
    levels: tuple[LevelInfo, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for row in self.rows for cell in row.cells)

    @property
    def rated(self) -> int:
        return sum(row.rated for row in self.rows)

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def width(self) -> int:
        return max((row.total for row in self.rows), default=0)

    def cell(self, code: str) -> Cell:
        return next(cell for cell in self.cells if cell.code == code)


def build_grid(
    framework: Catalogue,
    ratings: Mapping[int, Rating],
    *,
    caption: str = "Confidence by pillar and criterion",
    url: Callable[[CriterionInfo], str] = lambda criterion: "",
) -> Grid:
    """The grid of `ratings`, criterion id → Rating (with `evidence_count` where it is wanted)."""
    return _grid(
        framework,
        caption,
        lambda criterion: _cell(framework, criterion, ratings.get(criterion.id), url(criterion)),
    )


def grid_of_levels(
    framework: Catalogue,
    levels: Mapping[str, int | None],
    *,
    caption: str = "Confidence by pillar and criterion",
    url: Callable[[CriterionInfo], str] = lambda criterion: "",
) -> Grid:
    """The grid of levels alone, criterion code → level."""

    def cell(criterion: CriterionInfo) -> Cell:
        level = framework.level(levels.get(criterion.code))
        return Cell(criterion, level, False, level is not None, 0, "", url(criterion))

    return _grid(framework, caption, cell)


def _grid(framework: Catalogue, caption: str, cell: Callable[[CriterionInfo], Cell]) -> Grid:
    rows = (Row(pillar, tuple(map(cell, pillar.criteria))) for pillar in framework.pillars)
    return Grid(caption, tuple(rows), framework.levels)


def grid_of(assessment: Assessment, ratings: Mapping[int, Rating]) -> Grid:
    """An assessment's grid, each cell a link to its criterion's page."""
    return build_grid(
        catalogue(assessment.framework_id),
        ratings,
        url=lambda criterion: reverse(
            "assessments:criterion", args=[assessment.pk, criterion.code]
        ),
    )


def _cell(framework: Catalogue, criterion: CriterionInfo, rating: Rating | None, url: str) -> Cell:
    if rating is None:
        return Cell(criterion, None, False, False, 0, "", url)
    count = getattr(rating, "evidence_count", 0)
    return Cell(
        criterion=criterion,
        level=framework.level(rating.level),
        cannot_rate=bool(rating.cannot_rate_reason),
        answered=is_answered(rating.level, rating.cannot_rate_reason),
        evidence_count=count,
        attention=attention(rating.level, rating.cannot_rate_reason, rating.justification, count),
        url=url,
    )
