"""Who may take a seat: the facts that `calibration.rules.seating.bar` judges, and its words.

Facts are read for many coaches and many assessments at once, in a constant number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from accelerator.models import Institution, Membership, Organisation, Role, User
from accelerator.programme.cohorts.queries.institutions import named_institutions
from assessments.models import Assessment
from calibration.assigning.queries.advising import advisers_of
from calibration.assigning.queries.settings import settings_by_cohort
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    Decision,
    PracticeAttempt,
    PracticeCase,
    Release,
    Review,
)
from calibration.rules.seating import Bar, Person, Seating, bar, may_pair

SENTENCES = {
    Bar.SEATED: "{coach} is a coach of this assessment already.",
    Bar.INACTIVE: "{coach} has no active account.",
    Bar.NO_INSTITUTION: "{coach} is not a coach of any institution.",
    Bar.OUTSIDE: "{coach} comes from an institution whose coaches this cohort does not ask.",
    Bar.OWN: "{coach} has a conflict of interest with {organisation}.",
    Bar.ADVISES: "{coach} is the adviser of {organisation}.",
    Bar.TIED: "{coach} has a conflict of interest with {organisation}.",
    Bar.UNPRACTISED: "{coach} has not done the practice cases yet.",
    Bar.AWARE: "{coach} may have read the other reviews of this assessment already, "
    "so cannot review it blind.",
    Bar.SAME_INSTITUTION: "The two coaches must come from different institutions.",
}
# The same beside a coach's name, in a list.
BRIEFLY = {
    Bar.SEATED: "is a coach of this assessment already",
    Bar.INACTIVE: "has no active account",
    Bar.NO_INSTITUTION: "is not a coach of any institution",
    Bar.OUTSIDE: "comes from an institution that this cohort does not ask",
    Bar.OWN: "belongs to {organisation}",
    Bar.ADVISES: "is the adviser of {organisation}",
    Bar.TIED: "has a conflict of interest",
    Bar.UNPRACTISED: "has not done the practice cases yet",
    Bar.AWARE: "may have read the other reviews already",
    Bar.SAME_INSTITUTION: "comes from the other coach’s institution",
}


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be asked, with what bears on it. `own` are ids of organisations."""

    user: User
    institution: Institution | None
    own: frozenset[int]
    conflicts: tuple[ConflictOfInterest, ...]
    practised: bool

    @property
    def person(self) -> Person:
        return Person(
            id=self.user.pk,
            institution=self.institution.pk if self.institution else None,
            active=self.user.is_active,
            own=self.own,
            tied=frozenset(conflict.organisation_id for conflict in self.conflicts),
            practised=self.practised,
        )


def all_coaches() -> list[Candidate]:
    """Every active coach, by institution and name. Six queries."""
    coaches = Membership.objects.filter(role=Role.COACH).values("user")
    found = candidates(User.objects.filter(pk__in=coaches, is_active=True))
    return sorted(
        found,
        key=lambda one: (
            one.institution.name if one.institution else "",
            one.user.name,
            one.user.pk,
        ),
    )


def candidates(users: Iterable[User]) -> list[Candidate]:
    """What bears on whether each of `users` may sit, in their order. Five queries."""
    people = {user.pk: user for user in users}
    seats = Membership.objects.filter(role=Role.COACH, user__in=people)
    institutions: dict[int, Institution | None] = {}
    for membership in seats.select_related("institution").order_by("pk"):
        institutions.setdefault(membership.user_id, membership.institution)
    conflicts = defaultdict(list)
    for one in (
        ConflictOfInterest.objects.standing()
        .filter(person__in=people)
        .select_related("organisation")
        .order_by("organisation__name")
    ):
        conflicts[one.person_id].append(one)
    own = defaultdict(set)
    for user, organisation in Membership.objects.filter(
        user__in=people, organisation__isnull=False
    ).values_list("user", "organisation"):
        own[user].add(organisation)
    practised = _practised(people)
    return [
        Candidate(
            user=user,
            institution=institutions.get(pk),
            own=frozenset(own[pk]),
            conflicts=tuple(conflicts[pk]),
            practised=pk in practised,
        )
        for pk, user in people.items()
    ]


def _practised(coaches: Collection[int]) -> set[int]:
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


def seatings(
    assessments: Iterable[Assessment], *, seat: str = "", leaving: Review | None = None
) -> dict[int, Seating]:
    """Assessment id → what bears on a seat there. Nine queries.

    `seat` is the one to fill, "" when none is taken yet; `leaving` is the review it replaces,
    whose coach does not take over from themselves.
    """
    assessments = list(assessments)
    cohorts = {one.enrolment.cohort_id for one in assessments}
    settings = settings_by_cohort(cohorts)
    institutions = named_institutions(cohorts)
    calibrations = Calibration.objects.filter(assessment__in=assessments)
    reviews = defaultdict(list)
    for review in Review.objects.filter(calibration__in=calibrations).select_related("calibration"):
        reviews[review.calibration.assessment_id].append(review)
    aware = _aware(calibrations)
    advisers = advisers_of(one.enrolment_id for one in assessments)
    found = {}
    for one in assessments:
        current = [review for review in reviews[one.pk] if not review.is_withdrawn]
        pair = [review for review in current if review.is_main and review != leaving]
        found[one.pk] = Seating(
            organisation=one.enrolment.organisation_id,
            wants_practice=settings[one.enrolment.cohort_id].require_practice,
            seated=frozenset(review.coach_id for review in current),
            aware=frozenset(aware[one.pk]),
            advisers=frozenset(advisers[one.enrolment_id]),
            partners=frozenset(
                review.institution_id for review in pair if seat != Review.Seat.THIRD
            ),
            institutions=institutions.get(one.enrolment.cohort_id),
        )
    return found


def _aware(calibrations: QuerySet[Calibration]) -> dict[int, set[int]]:
    """Assessment id → who may have read what coaches gave there, once two had been in.

    They sat, decided, released, hold the desk, or run or moderate the cohort.
    """
    compared = calibrations.exclude(both_in_at=None)
    within = {"calibration__in": compared}
    of = "calibration__assessment"
    pairs = [
        *Review.objects.filter(**within).values_list(of, "coach"),
        *Decision.objects.filter(**within).order_by().values_list(of, "decided_by").distinct(),
        *Release.objects.filter(**within).order_by().values_list(of, "released_by").distinct(),
        *compared.exclude(lease_holder=None).values_list("assessment", "lease_holder"),
        *compared.filter(
            assessment__enrolment__cohort__membership__role__in=(Role.HUB, Role.MODERATOR)
        ).values_list("assessment", "assessment__enrolment__cohort__membership__user"),
    ]
    found = defaultdict(set)
    for assessment, person in pairs:
        found[assessment].add(person)
    return found


def reasons_against(
    organisation: Organisation, people: Iterable[Candidate], seating: Seating
) -> dict[int, str]:
    """Coach id → why they cannot be chosen, as it stands beside their name; only those."""
    return {
        one.user.pk: BRIEFLY[why].format(organisation=organisation)
        for one in people
        if (why := bar(one.person, seating))
    }


def reasons_for(
    assessments: Iterable[Assessment], people: Collection[Candidate]
) -> dict[int, dict[int, str]]:
    """Assessment id → coach id → why they cannot be chosen for it."""
    assessments = list(assessments)
    found = seatings(assessments)
    return {
        one.pk: reasons_against(one.enrolment.organisation, people, found[one.pk])
        for one in assessments
    }


def reasons_at(
    calibration: Calibration,
    people: Iterable[Candidate],
    *,
    seat: str = "",
    leaving: Review | None = None,
) -> dict[int, str]:
    """As `reasons_against`, for a seat of one calibration."""
    assessment = calibration.assessment
    seating = seatings([assessment], seat=seat, leaving=leaving)[assessment.pk]
    return reasons_against(assessment.enrolment.organisation, people, seating)


def refusal(candidate: Candidate, organisation: Organisation, seating: Seating) -> str:
    """Why somebody cannot take a seat, in a sentence; "" when they can."""
    why = bar(candidate.person, seating)
    return SENTENCES[why].format(coach=candidate.user, organisation=organisation) if why else ""


def free_coaches(calibration: Calibration, *, seat: str) -> list[Candidate]:
    """Those who could take a seat of a calibration, by name."""
    people = all_coaches()
    against = reasons_at(calibration, people, seat=seat)
    free = [one for one in people if one.user.pk not in against]
    return sorted(free, key=lambda one: (one.user.name, one.user.pk))


def pair_problem(first: Candidate | None, second: Candidate | None) -> str:
    """What stops two candidates from being a pair; "" when nothing does, or one is wanting."""
    if first is None or second is None:
        return ""
    if first.user == second.user:
        return "Choose two different coaches."
    if not may_pair(first.person.institution, second.person.institution):
        return (
            f"{first.user} and {second.user} both come from {first.institution}. "
            "Choose coaches from two institutions."
        )
    return ""
