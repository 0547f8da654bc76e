"""The grid that every heat-map is drawn from: page, print, PDF and spreadsheet; and a criterion's
answers in words, as its history and a conflict show them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from django.urls import reverse

from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo, PillarInfo
from assessments.models import (
    Assessment,
    EvidenceState,
    Practice,
    Rating,
    Submission,
    SubmittedRating,
)
from assessments.rating.values import Answers, answers_of
from assessments.scoring import RATED, Words, attention

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from assessments.access import Before

AHEAD = 10  # criteria that somebody can go on to when the connection is cut


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
    words: Words = RATED

    @property
    def word(self) -> str:
        """What the map says of it: its level's short name, or why there is none."""
        return self.level.short if self.level else self.words.without_level(cannot=self.cannot_rate)

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
    def answered(self) -> int:
        return sum(cell.answered for cell in self.cells)

    @property
    def total(self) -> int:
        return len(self.cells)

    @property
    def count(self) -> str:
        return counted(self.cells)


@dataclass(frozen=True)
class Grid:
    caption: str
    rows: tuple[Row, ...]
    levels: tuple[LevelInfo, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for row in self.rows for cell in row.cells)

    @property
    def answered(self) -> int:
        """How many have a level, or a reason why they cannot be rated."""
        return sum(row.answered for row in self.rows)

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def count(self) -> str:
        return counted(self.cells)

    @property
    def not_rated(self) -> str:
        """The legend's word for a square without a level."""
        return words_of(self.cells).not_yet_here

    @property
    def width(self) -> int:
        return max((row.total for row in self.rows), default=0)

    @property
    def unanswered(self) -> list[Cell]:
        """The cells with neither a level nor a reason."""
        return [cell for cell in self.cells if not cell.answered]

    def cell(self, code: str) -> Cell:
        return next(cell for cell in self.cells if cell.code == code)

    def around(self, code: str) -> tuple[Cell | None, Cell | None]:
        """The cells before and after that of `code` in the framework's order; None at an end."""
        cells = (None, *self.cells, None)
        here = cells.index(self.cell(code))
        return cells[here - 1], cells[here + 1]

    def ahead(self, code: str) -> list[str]:
        """The addresses that a page fetches before they are asked for: those after `code`."""
        after = self.cells.index(self.cell(code)) + 1
        return [cell.url for cell in self.cells[after : after + AHEAD]]


def words_of(cells: Sequence[Cell]) -> Words:
    return cells[0].words if cells else RATED


def counted(cells: Sequence[Cell]) -> str:
    """How many of `cells` have a level, in words."""
    rated = sum(cell.level is not None for cell in cells)
    cannot = sum(cell.level is None and cell.cannot_rate for cell in cells)
    return words_of(cells).count(rated, cannot, len(cells))


def build_grid(
    framework: Catalogue,
    ratings: Mapping[int, Rating] | Mapping[int, SubmittedRating],
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


def _cell(
    framework: Catalogue,
    criterion: CriterionInfo,
    rating: Rating | SubmittedRating | None,
    url: str,
) -> Cell:
    if rating is None:
        return Cell(criterion, None, False, False, 0, "", url)
    count = getattr(rating, "evidence_count", 0)
    return Cell(
        criterion=criterion,
        level=framework.level(rating.level),
        cannot_rate=bool(rating.cannot_rate_reason),
        answered=rating.is_answered,
        evidence_count=count,
        attention=attention(rating.level, rating.cannot_rate_reason, rating.justification, count),
        url=url,
    )


def given_back(assessment: "WithAnnotations[Assessment, Before]") -> Submission | None:
    """The newest submission of an assessment that is changed again; None for a first draft.

    No query for a first draft.
    """
    if assessment.is_submitted or not assessment.was_handed_in:
        return None
    return assessment.submissions.newest_first().select_related("ended_by").first()


def steps_done(assessment: Assessment) -> int:
    """How many of the four steps lie behind an assessment, as far as it knows itself."""
    before = 0 if assessment.is_baseline else 3
    return before + assessment.is_submitted


def spoken(answers: Answers, levels: Catalogue) -> dict:
    """Answers in words, for a page that shows two people's, or two versions."""
    return {
        "level": levels.level(answers.level),
        "justification": answers.justification,
        "evidence_state_label": dict(EvidenceState.choices).get(answers.evidence_state, ""),
        "practice_label": dict(Practice.choices).get(answers.practice, ""),
        "cannot_rate_reason": answers.cannot_rate_reason,
        "values": asdict(answers),
    }


def changes_of(rating: Rating) -> list[dict]:
    """Who changed what on a criterion, newest first."""
    levels = catalogue(rating.assessment.framework_id)
    events = Rating.pgh_event_model.objects.filter(pgh_obj=rating.pk).select_related("updated_by")
    return [
        {
            "at": after.pgh_created_at,
            "by": after.updated_by,
            "what": _changes(before, after, levels),
        }
        for before, after in pairwise(events.order_by("pgh_id"))
    ][::-1]


def _changes(before: Rating, after: Rating, levels: Catalogue) -> list[str]:
    was, now = spoken(answers_of(before), levels), spoken(answers_of(after), levels)
    lines = []
    if was["level"] != now["level"]:
        lines.append(
            f"Level: {was['level'].name if was['level'] else 'Not rated'} → "
            f"{now['level'].name if now['level'] else 'Not rated'}"
        )
    for key, label in (
        ("justification", "Reasons"),
        ("evidence_state_label", "Evidence"),
        ("practice_label", "Practice"),
        ("cannot_rate_reason", "Cannot be rated because"),
    ):
        if was[key] != now[key]:
            lines.append(f"{label}: {now[key] or 'cleared'}")
    return lines
