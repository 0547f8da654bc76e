"""The coaches a cohort may call on: their load, ties and practice, and who has worked with whom."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from accelerator.models import Cohort, Institution, Membership, Organisation, Role, User
from calibration.assigning.queries.settings import settings_of
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    PracticeAttempt,
    PracticeCase,
    Review,
)
from calibration.rules.pairing import Coach, Pair, components

UNDER_REVIEW = (Calibration.State.ASSIGNED, Calibration.State.SCORING)
MAIN_SEATS = (Review.Seat.FIRST, Review.Seat.SECOND)
IN_COHORT = "calibration__assessment__enrolment__cohort"


@dataclass(frozen=True)
class CoachLoad:
    """One coach. `open`, `submitted` and `overdue` count this cohort; `everywhere` all of them."""

    user: User
    institution: Institution
    open: int
    submitted: int
    overdue: int
    everywhere: int
    conflicts: tuple[ConflictOfInterest, ...]
    own: frozenset[int]
    practised: bool

    @property
    def tied_to(self) -> frozenset[int]:
        """Ids of organisations they declared a conflict with, or belong to."""
        return self.own | {conflict.organisation_id for conflict in self.conflicts}

    def why_not(self, organisation: Organisation, *, practice: bool) -> str:
        """Why they cannot calibrate this organisation; "" when they can."""
        if organisation.pk in self.own:
            return f"belongs to {organisation}"
        if organisation.pk in self.tied_to:
            return "has a conflict of interest"
        return "has not done the practice cases yet" if practice and not self.practised else ""


def coach_loads(cohort: Cohort) -> list[CoachLoad]:
    """Every active coach with an institution, by institution and name. Five queries."""
    found: dict[int, Membership] = {}
    memberships = Membership.objects.filter(role=Role.COACH, user__is_active=True)
    for membership in memberships.select_related("user", "institution").order_by("pk"):
        found.setdefault(membership.user_id, membership)
    load = _load(cohort)
    conflicts = _gather(
        (one.person_id, one)
        for one in ConflictOfInterest.objects.filter(person__in=found)
        .select_related("organisation")
        .order_by("organisation__name")
    )
    own = _gather(
        Membership.objects.filter(user__in=found, organisation__isnull=False).values_list(
            "user", "organisation"
        )
    )
    practised = _practised(found)
    none = {"open": 0, "submitted": 0, "overdue": 0, "everywhere": 0}
    rows = [
        CoachLoad(
            user=membership.user,
            institution=membership.institution,
            conflicts=tuple(conflicts.get(pk, ())),
            own=frozenset(own.get(pk, ())),
            practised=pk in practised,
            **load.get(pk, none),
        )
        for pk, membership in found.items()
    ]
    return sorted(rows, key=lambda row: (row.institution.name, row.user.name, row.user.pk))


def _gather(pairs: Iterable[tuple]) -> dict[int, list]:
    found: dict[int, list] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _load(cohort: Cohort) -> dict[int, dict[str, int]]:
    here, is_open = Q(**{IN_COHORT: cohort}), Q(state=Review.State.OPEN)
    late = Q(calibration__state__in=UNDER_REVIEW, calibration__due_on__lt=timezone.localdate())
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
    return {row.pop("coach"): row for row in rows}


def _practised(coaches: Iterable[int]) -> set[int]:
    """Those who have tried every practice case."""
    cases = PracticeCase.objects.count()
    if not cases:
        return set(coaches)
    done = (
        PracticeAttempt.objects.filter(coach__in=coaches)
        .order_by()
        .values_list("coach")
        .annotate(tried=Count("case", distinct=True))
    )
    return {coach for coach, tried in done if tried == cases}


def practice_required(cohort: Cohort) -> bool:
    return settings_of(cohort).require_practice


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


def for_suggestions(coaches: Sequence[CoachLoad], *, practice: bool) -> list[Coach]:
    """The coaches as `calibration.rules.pairing.suggest` takes them."""
    return [
        Coach(row.user.pk, row.institution.pk, row.everywhere, row.tied_to)
        for row in coaches
        if row.practised or not practice
    ]


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


def reasons_against(
    calibration: Calibration,
    coaches: Sequence[CoachLoad],
    *,
    seat: str = "",
    leaving: Review | None = None,
) -> dict[int, str]:
    """Coach id → why they cannot take a seat of this calibration, for those who cannot.

    `seat` is the main seat to fill, "" when none is taken yet; `leaving` is the review replaced.
    """
    enrolment = calibration.assessment.enrolment
    practice = practice_required(enrolment.cohort)
    reviews = list(calibration.reviews.all())
    seated = [one for one in reviews if one.state != Review.State.WITHDRAWN and one != leaving]
    taken = {one.coach_id for one in seated} | ({leaving.coach_id} if leaving else set())
    partners = {one.institution_id for one in seated if one.seat != Review.Seat.THIRD}
    aware: set[int] = set()
    if calibration.both_in_at is not None:
        aware = {one.coach_id for one in reviews} | set(
            Membership.objects.filter(
                cohort=enrolment.cohort, role__in=(Role.HUB, Role.MODERATOR)
            ).values_list("user", flat=True)
        )
    found = {}
    for coach in coaches:
        why = coach.why_not(enrolment.organisation, practice=practice)
        if coach.user.pk in taken:
            why = "is a coach of this assessment already"
        elif not why and coach.user.pk in aware:
            why = "may have read the other reviews already"
        elif not why and seat in MAIN_SEATS and coach.institution.pk in partners:
            why = "comes from the other coach’s institution"
        if why:
            found[coach.user.pk] = why
    return found
