"""The coaches a cohort may call on: their load, ties and practice, and who has worked with whom."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from accelerator.models import Cohort, Deadline
from accelerator.models.programme import still_open
from accelerator.programme.cohorts.queries.institutions import named_institutions
from accelerator.programme.dates.queries import own_dates
from assessments.models import Assessment
from calibration.assigning.queries.eligibility import Candidate, all_coaches, seatings
from calibration.models import (
    Calibration,
    PracticeCase,
    Review,
)
from calibration.rules.pairing import Coach, Pair, components, suggest
from calibration.rules.seating import bar, is_asked

IN_COHORT = "calibration__assessment__enrolment__cohort"
COUNTED: tuple[Literal["open", "submitted", "overdue", "everywhere"], ...] = (
    "open",
    "submitted",
    "overdue",
    "everywhere",
)


@dataclass(frozen=True)
class CoachLoad(Candidate):
    """One coach. `open`, `submitted` and `overdue` count this cohort; `everywhere` all of them.

    What nobody can write in meanwhile is no load.
    """

    open: int
    submitted: int
    overdue: int
    everywhere: int


def coach_loads(cohort: Cohort) -> list[CoachLoad]:
    """The active coaches whom the cohort asks, and those who review for it already.

    By institution and name. Eight queries.
    """
    load = _load(cohort)
    none: dict[str, Any] = dict.fromkeys(COUNTED, 0)
    asked = named_institutions([cohort.pk]).get(cohort.pk)
    everybody = [CoachLoad(**vars(one), **load.get(one.user.pk, none)) for one in all_coaches()]
    return [
        one
        for one in everybody
        if is_asked(one.person.institution, asked) or one.open or one.submitted
    ]


def _load(cohort: Cohort) -> dict[int, dict[str, Any]]:
    here = Q(**{IN_COHORT: cohort})
    is_open = Q(pk__in=Review.objects.writable().order_by().values("pk"))
    late = Q(calibration__in=Calibration.objects.overdue())
    rows = (
        Review.objects.current()
        .order_by()
        .values("coach")
        .annotate(
            open=Count("pk", filter=here & is_open),
            submitted=Count("pk", filter=here & Q(state=Review.State.SUBMITTED)),
            overdue=Count("pk", filter=here & is_open & late),
            everywhere=Count("pk", filter=is_open),
        )
    )
    return {row["coach"]: {name: row[name] for name in COUNTED} for row in rows}


def pairs_of(cohort: Cohort) -> list[Pair]:
    """The two main coaches of each of the cohort's calibrations that has both. One query."""
    second = (
        Review.objects.current()
        .filter(calibration=OuterRef("calibration"), seat=Review.Seat.SECOND)
        .order_by()
    )
    return list(
        Review.objects.current()
        .filter(seat=Review.Seat.FIRST, **{IN_COHORT: cohort})
        .annotate(other=Subquery(second.values("coach")[:1]))
        .filter(other__isnull=False)
        .order_by("pk")
        .values_list(F("coach"), F("other"))
    )


def suggested_pairs(
    assessments: Sequence[Assessment], loads: Sequence[CoachLoad], cohort: Cohort
) -> Mapping[int, Pair | None]:
    """Assessment id → the pair of coach ids suggested for it, None where nobody is free."""
    barred = defaultdict(set)
    for assessment, seating in seatings(assessments).items():
        for one in loads:
            if bar(one.person, seating):
                barred[one.user.pk].add(assessment)
    coaches = [
        Coach(one.user.pk, one.institution.pk, one.everywhere, frozenset(barred[one.user.pk]))
        for one in loads
        if one.institution
    ]
    return suggest([one.pk for one in assessments], coaches, pairs_of(cohort))


def suggested_pair(
    assessment: Assessment, loads: Sequence[CoachLoad], cohort: Cohort
) -> Pair | None:
    """The pair suggested for one assessment, beside what is suggested for all that wait with it.

    So a hub that opens several in a row is not shown the same two for each.
    """
    others = [one for one in waiting(cohort) if one != assessment]
    return suggested_pairs([*others, assessment], loads, cohort)[assessment.pk]


def together(coaches: Sequence[CoachLoad], pairs: Iterable[Pair]) -> list[dict]:
    """[{names, count}] of the pairs that share assessments, by name."""
    names = {row.user.pk: str(row.user) for row in coaches}
    counted = Counter(
        tuple(sorted(names[one] for one in pair)) for pair in pairs if set(pair) <= names.keys()
    )
    return [{"names": pair, "count": count} for pair, count in sorted(counted.items())]


def groups(coaches: Sequence[CoachLoad], pairs: Iterable[Pair]) -> list[list[str]]:
    """The names of those with shared assessments, one list for each group these link."""
    names = {row.user.pk: str(row.user) for row in coaches}
    pairs = [pair for pair in pairs if set(pair) <= names.keys()]
    group_of = components({one for pair in pairs for one in pair}, pairs)
    found: dict[int, list[str]] = {}
    for coach, group in group_of.items():
        found.setdefault(group, []).append(names[coach])
    return sorted(sorted(one) for one in found.values())


def waiting(cohort: Cohort) -> list[Assessment]:
    """Handed in by organisations of the cohort, and without coaches."""
    begun = Calibration.objects.with_coaches()
    return list(
        Assessment.objects.filter(
            still_open("enrolment__"),
            enrolment__cohort=cohort,
            state=Assessment.State.SUBMITTED,
        )
        .exclude(pk__in=begun.order_by().values("assessment"))
        .select_related("enrolment__organisation", "enrolment__programme", "enrolment__cohort")
        .prefetch_related("enrolment__deadlines")
        .order_by("enrolment__organisation__name", "pk")
    )


def own_due(assessments: Iterable[Assessment]) -> dict[int, date]:
    """Assessment id → when its organisation has Calibrate due by a date of its own, still to come.

    No query for what `waiting` found.
    """
    own = {one.pk: own_dates(one.enrolment).get(Deadline.Phase.CALIBRATE) for one in assessments}
    today = timezone.localdate()
    return {pk: one.due_on for pk, one in own.items() if one and one.due_on >= today}


def organisations_of(cohort: Cohort) -> set[int]:
    """The ids of the organisations enrolled in it, now or before. One query."""
    return set(cohort.enrolments.values_list("organisation", flat=True))


def has_practice_cases() -> bool:
    return PracticeCase.objects.exists()
