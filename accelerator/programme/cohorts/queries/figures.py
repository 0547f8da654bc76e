"""The list of cohorts, with what each app counts of them (settings.COHORT_FIGURES)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings
from django.utils.module_loading import import_string

from accelerator.models import Cohort

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Counted(TypedDict):
    """What `with_active` counts of each cohort."""

    enrolled: int
    active: int
    paused: int
    withdrawn: int


@dataclass(frozen=True)
class Figure:
    """How many active enrolments of each cohort (by id) have come so far; none is left out as 0."""

    label: str
    counts: Mapping[int, int]


@dataclass(frozen=True)
class Counts:
    """How many organisations a cohort has enrolled, and how they stand."""

    enrolled: int
    active: int
    paused: int
    withdrawn: int

    def __str__(self) -> str:
        paused = f", {self.paused} paused" if self.paused else ""
        return f"{self.enrolled} enrolled, {self.active} active{paused}, {self.withdrawn} withdrawn"


@dataclass(frozen=True)
class Row:
    cohort: Cohort
    counts: Counts
    figures: tuple[tuple[str, int], ...]


def figure_labels(figures: Iterable[Figure]) -> list[str]:
    return [figure.label for figure in figures]


def figures_of(cohorts: Iterable[Cohort], round: int) -> list[Figure]:
    """What the apps count in a round, one query each, however many cohorts."""
    ids = [cohort.pk for cohort in cohorts]
    return [import_string(path)(ids, round) for path in settings.COHORT_FIGURES] if ids else []


def rows_of(
    cohorts: "Iterable[WithAnnotations[Cohort, Counted]]", figures: Iterable[Figure]
) -> list[Row]:
    """The rows of cohorts fetched `with_active`."""
    figures = list(figures)
    return [
        Row(
            cohort,
            Counts(cohort.enrolled, cohort.active, cohort.paused, cohort.withdrawn),
            tuple((one.label, one.counts.get(cohort.pk, 0)) for one in figures),
        )
        for cohort in cohorts
    ]
