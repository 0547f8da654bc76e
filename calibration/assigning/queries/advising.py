"""Whoever advises an organisation coaches and moderates it in no round, nor the reverse."""

from collections import defaultdict
from collections.abc import Iterable

from accelerator.models import Enrolment, Membership, Role, User
from assessments.models import Assessment
from calibration.models import Calibration, Decision, Review


def advisers_of(enrolments: Iterable[int]) -> dict[int, set[int]]:
    """Enrolment id → who advises it. One query."""
    held = Membership.objects.filter(role=Role.ADVISER, enrolment__in=list(enrolments))
    found: dict[int, set[int]] = defaultdict(set)
    for enrolment, person in held.values_list("enrolment", "user"):
        found[enrolment].add(person)
    return found


def why_not_adviser(person: User, enrolment: Enrolment) -> str:
    """What speaks against `person` as adviser, in a sentence; "" nothing does.

    Within a transaction: until it ends nobody is given a seat there.
    """
    _hold_seats(enrolment)
    at = {"calibration__assessment__enrolment": enrolment}
    if Review.objects.filter(coach=person, **at).exists():
        return f"{person} coaches {enrolment.organisation}, so cannot be its adviser."
    moderates = Membership.objects.filter(
        user=person, role=Role.MODERATOR, cohort=enrolment.cohort_id
    )
    if moderates.exists() or Decision.objects.filter(decided_by=person, **at).exists():
        return f"{person} moderates {enrolment.organisation}, so cannot be its adviser."
    return ""


def _hold_seats(enrolment: Enrolment) -> None:
    """Lock what whoever gives a seat locks, in their order: `calibration.assigning.services`."""
    assessments = Assessment.objects.filter(enrolment=enrolment)
    calibrations = Calibration.objects.filter(assessment__enrolment=enrolment)
    for rows in (assessments, calibrations):
        list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
