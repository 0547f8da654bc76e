"""What a release says, for its page, its spreadsheet and its PDF: all from the snapshot alone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from accelerator.core.days import day_in_words
from accelerator.core.jobs.queries import newest_jobs
from accelerator.models import ReportJob, User
from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue, LevelInfo, PillarInfo
from assessments.rating.queries import Cell, Grid, grid_of_levels
from assessments.scoring import RATED
from calibration.models import Cause, Release
from calibration.releasing.queries.versions import news_of
from calibration.rules.levels import Change, lowest_levels
from calibration.rules.reasons import Settler
from calibration.rules.wording import WHOSE, count_words, moved_words

RESULT_REPORT = "calibration.result_report"
ARROWS = {
    Change.MARK_DOWN: "down",
    Change.MARK_UP: "up",
    Change.UNCHANGED: "same",
    Change.NOT_COMPARABLE: "none",
}
# The causes as coaches choose them, told to those whose level it is about.
CAUSES = {
    Cause.GUIDANCE: "The guidance for this criterion was read another way.",
    Cause.MISSING: "The evidence for it was not there to see.",
    Cause.DEVELOPMENT: "The evidence for it is still in development.",
    Cause.STANDARD: "The standard was understood differently.",
    Cause.OTHER: "For another reason, which the commentary explains.",
}


@dataclass(frozen=True)
class Item:
    """One criterion: the calibrated level (`cell`) beside the organisation's own.

    `reason` is the moderator's, where the level is none that the coaches gave.
    """

    cell: Cell
    own: LevelInfo | None
    above: LevelInfo | None
    change: Change
    commentary: str
    lift: str
    cause: str
    settler: Settler
    reason: str
    is_lowest: bool

    @property
    def level(self) -> LevelInfo | None:
        return self.cell.level

    @property
    def own_word(self) -> str:
        """The organisation's own level; handing in takes none only with why it cannot be rated."""
        return self.own.short if self.own else RATED.without_level(cannot=True)

    @property
    def arrow(self) -> str:
        """down, up, same or none."""
        return ARROWS[self.change]

    @property
    def moved(self) -> str:
        """The change in words; "Marked down" alone is one step."""
        return moved_words(
            self.own.value if self.own else None, self.level.value if self.level else None
        )

    @property
    def moved_from(self) -> str:
        """The change with the organisation's own level, where the two are shown in one line."""
        if self.own is None:
            return f"Own: {self.own_word.lower()}"
        if self.change in (Change.MARK_DOWN, Change.MARK_UP):
            return f"{self.arrow.capitalize()} from {self.own.short}"
        return self.moved if self.level else f"Own level: {self.own.short}"

    @property
    def why(self) -> str:
        """Why the levels differ, in words; "" where they do not or nobody said."""
        if self.change not in (Change.MARK_DOWN, Change.MARK_UP) or not self.cause:
            return ""
        return CAUSES[Cause(self.cause)]

    @property
    def is_moderated(self) -> bool:
        return self.settler is Settler.MODERATOR

    @property
    def whose(self) -> str:
        """Whose level it is, in words."""
        return WHOSE[self.settler]

    @property
    def opening(self) -> str:
        """The words that belong to its level before all others."""
        return self.reason if self.is_moderated else self.commentary

    @property
    def is_priority(self) -> bool:
        """Whether there is a level above, and it is among the lowest or something would lift it."""
        return self.above is not None and (self.is_lowest or bool(self.lift))


@dataclass(frozen=True)
class PillarPart:
    pillar: PillarInfo
    items: tuple[Item, ...]

    @property
    def priorities(self) -> list[Item]:
        """In the framework's order: nothing here is ranked by its level."""
        return [item for item in self.items if item.is_priority]


@dataclass(frozen=True)
class Strengths:
    level: LevelInfo
    items: list[Item]


@dataclass(frozen=True)
class Result:
    grid: Grid
    parts: tuple[PillarPart, ...]

    @cached_property
    def items(self) -> list[Item]:
        return [item for part in self.parts for item in part.items]

    @property
    def strengths(self) -> list[Strengths]:
        """The upper half of the scale, highest first, each in the framework's order."""
        found = []
        for level in reversed(self.grid.levels[len(self.grid.levels) // 2 :]):
            if items := [item for item in self.items if item.level == level]:
                found.append(Strengths(level, items))
        return found

    @property
    def with_priorities(self) -> list[PillarPart]:
        return [part for part in self.parts if part.priorities]

    def count(self, change: Change) -> int:
        return sum(item.change is change for item in self.items)

    def summary(self, *, own: bool) -> str:
        """How the levels compare, in a sentence; `own`: said to the organisation itself."""
        whose = "you do" if own else "the organisation does"
        same, total = self.count(Change.UNCHANGED), len(self.items)
        lower, higher = self.count(Change.MARK_DOWN), self.count(Change.MARK_UP)
        apart = self.count(Change.NOT_COMPARABLE)
        many = f"all {total}" if same == total else f"{same} of {total}"
        told = [f"{lower} lower"] if lower else []
        told += [f"{higher} higher"] if higher else []
        rest = f"; {', '.join(told)}" if told else ""
        cannot = "cannot be set side by side"
        missing = f" {count_words(apart).capitalize()} {cannot}." if apart else ""
        moderated = sum(item.is_moderated for item in self.items)
        if not moderated:
            return f"The coaches saw {many} as {whose}{rest}.{missing}"
        whose = "you" if own else "the organisation"
        were = "was" if moderated == 1 else "were"
        stay = "stays" if same == 1 else "stay"
        return (
            f"Calibrated, {many} {stay} as {whose} rated them{rest}.{missing} "
            f"{count_words(moderated).capitalize()} {were} decided by the moderator."
        )


def result_of(release: Release) -> Result:
    """The release, criterion by criterion, in the framework's order."""
    framework = catalogue(release.calibration.assessment.framework_id)
    given = release.snapshot
    lowest = lowest_levels((row["level"] for row in given.values()), len(framework.levels))
    grid = grid_of_levels(
        framework,
        {code: row["level"] for code, row in given.items()},
        caption="Calibrated level of each criterion, with the organisation’s own level beside it",
        url=lambda criterion: f"#criterion-{criterion.code}",
    )
    return Result(
        grid,
        tuple(
            PillarPart(
                row.pillar,
                tuple(_item(framework, cell, given[cell.code], lowest) for cell in row.cells),
            )
            for row in grid.rows
        ),
    )


def _item(framework: Catalogue, cell: Cell, row: Mapping, lowest: Collection[int]) -> Item:
    """A release made before moderators' reasons were given says nothing of who settled it."""
    return Item(
        cell=cell,
        own=framework.level(row["self_level"]),
        above=framework.above(row["level"]),
        change=Change(row["change"]),
        commentary=row["commentary"],
        lift=row["lift"],
        cause=row["cause"],
        settler=Settler(row.get("settled_by", Settler.COACHES)),
        reason=row.get("reason", ""),
        is_lowest=row["level"] in lowest,
    )


def _day(moment) -> str:
    return day_in_words(timezone.localdate(moment))


def status_of(release: Release) -> str:
    """Which version it is, when it was released, and whether it still stands."""
    words = f"Version {release.version}, released {_day(release.released_at)}"
    return words if release.stands else f"{words}, superseded {_day(release.superseded_at)}"


def basis_of(release: Release) -> str:
    """What an export of the release rests on."""
    assessment = release.calibration.assessment
    enrolment = assessment.enrolment
    framework = catalogue(assessment.framework_id)
    return (
        f"{enrolment.organisation}, {enrolment.programme}, {enrolment.cohort}. "
        f"{assessment.round_label}, calibrated framework. {status_of(release)}. "
        f"{framework.title} {framework.version}. "
        "All criteria; “counted” marks those in published statistics."
    )


def file_name(release: Release, ending: str) -> str:
    """What a release is called as a file."""
    assessment = release.calibration.assessment
    organisation = slugify(assessment.enrolment.organisation.name)
    return f"calibrated-{organisation}-{assessment.round_slug}-v{release.version}.{ending}"


def reports_of(release: Release, user: User) -> QuerySet[ReportJob]:
    """The last few PDFs of this version that a person asked for, the newest first."""
    which = {"calibration": release.calibration_id, "version": release.version}
    return newest_jobs(user, RESULT_REPORT, **which)


def report_context(release: Release, made_by: User) -> dict:
    """The context of `calibration/pdf/result_report.html`."""
    assessment = release.calibration.assessment
    enrolment = assessment.enrolment
    result = result_of(release)
    superseded = "" if release.stands else f"Superseded on {_day(release.superseded_at)}"
    title = f"Calibrated framework: {enrolment.organisation}"
    return {
        "release": release,
        "assessment": assessment,
        "result": result,
        "grid": result.grid,
        "summary": result.summary(own=False),
        "news": news_of(release),
        "made_by": made_by.name,
        "made_at": timezone.localtime(),
        "basis_line": "All criteria, as released; nothing has been worked out anew.",
        "status_line": status_of(release),
        "superseded": superseded,
        "title": f"{title} (s{superseded[1:]})" if superseded else title,
        "synthetic": settings.DEMO_MODE or enrolment.cohort.is_synthetic,
        "framework_attribution": assessment.framework.attribution,
    }
