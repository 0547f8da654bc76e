"""How a coach's levels lie against their partners' on the assessments they shared.

A mean of signed differences says something across coaches only where shared assessments
connect them all; elsewhere it says why not. It is told to the coach and to the hub, in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from accelerator.models import Cohort, User
from calibration.models import Review, ReviewRating
from calibration.rules.pairing import is_connected

COHORT = "review__calibration__assessment__enrolment__cohort"
NOT_CONNECTED = (
    "The assessments reviewed so far do not yet link all the coaches to one another, "
    "so their levels cannot be set side by side."
)


@dataclass(frozen=True)
class Shared:
    """One assessment that two coaches reviewed, both in.

    `criteria` that both gave a level; `difference` is the sum, in steps, of first minus second.
    """

    first: int
    second: int
    organisation: int
    criteria: int
    difference: int


@dataclass(frozen=True)
class Severity:
    """`mean` in steps, own level minus partner's; None where the coaches are not connected."""

    mean: float | None
    criteria: int
    organisations: int
    partners: int

    @property
    def why_not(self) -> str:
        return NOT_CONNECTED if self.mean is None else ""


def severities(shared: Iterable[Shared]) -> dict[int, Severity]:
    """Coach id → severity, over all the assessments given."""
    rows = [row for row in shared if row.criteria]
    pairs = [(row.first, row.second) for row in rows]
    coaches = {coach for pair in pairs for coach in pair}
    connected = is_connected(coaches, pairs)
    found = {}
    for coach in coaches:
        own = [row for row in rows if coach in (row.first, row.second)]
        criteria = sum(row.criteria for row in own)
        total = sum(row.difference if row.first == coach else -row.difference for row in own)
        found[coach] = Severity(
            mean=total / criteria if connected else None,
            criteria=criteria,
            organisations=len({row.organisation for row in own}),
            partners=len({row.first + row.second - coach for row in own}),
        )
    return found


def in_words(severity: Severity, *, whose: str = "your") -> str:
    """One sentence: "On average, your levels were 0.3 of a step lower than the partners'." """
    if severity.mean is None:
        return severity.why_not
    steps = round(abs(severity.mean), 1)
    if not steps:
        return f"On average, {whose} levels were the same as the partners’, to a tenth of a step."
    way = "lower" if severity.mean < 0 else "higher"
    size = f"{steps:g} of a step" if steps < 1 else "1 step" if steps == 1 else f"{steps:g} steps"
    return f"On average, {whose} levels were {size} {way} than the partners’."


def severity_of(coach: User) -> dict | None:
    """The coach's own severity over all their cohorts; None before both are in anywhere.

    {"severity": Severity, "words": sentence}.
    """
    mine = _pairs().filter(Q(review__coach=coach) | Q(_second_coach=coach.pk))
    cohorts = mine.order_by().values(COHORT)
    found = severities(_shared(_pairs().filter(**{f"{COHORT}__in": cohorts}))).get(coach.pk)
    return {"severity": found, "words": in_words(found)} if found else None


def severity_table(cohort: Cohort) -> list[dict]:
    """For the hub, by the coaches' names: [{"coach": User, "severity": Severity, "words": …}]."""
    found = severities(_shared(_pairs().filter(**{COHORT: cohort})))
    coaches = User.objects.filter(pk__in=found).order_by("name", "pk")
    return [
        {
            "coach": coach,
            "severity": found[coach.pk],
            "words": in_words(found[coach.pk], whose=f"{coach}’s"),
        }
        for coach in coaches
    ]


def _pairs() -> QuerySet[ReviewRating]:
    """The first coaches' levels with the second's beside them, where both are in."""
    both_in = ReviewRating.objects.to_compare()
    second = both_in.filter(
        review__calibration=OuterRef("review__calibration"),
        review__seat=Review.Seat.SECOND,
        criterion=OuterRef("criterion"),
    )
    return (
        both_in.filter(review__seat=Review.Seat.FIRST, level__isnull=False)
        .annotate(
            _second_coach=Subquery(second.values("review__coach")[:1]),
            _second_level=Subquery(second.values("level")[:1]),
        )
        .filter(_second_level__isnull=False)
    )


def _shared(pairs: QuerySet[ReviewRating]) -> list[Shared]:
    rows = (
        pairs.order_by()
        .values(
            first=F("review__coach"),
            second=F("_second_coach"),
            organisation=F("review__calibration__assessment__enrolment__organisation"),
        )
        .annotate(criteria=Count("pk"), difference=Sum(F("level") - F("_second_level")))
    )
    return [Shared(**row) for row in rows]
