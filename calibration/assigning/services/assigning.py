"""Opening a calibration, giving it coaches, replacing them."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Deadline, Role, User
from accelerator.programme.dates.queries import due_of
from assessments.models import Assessment
from calibration.assigning.queries.eligibility import Candidate, candidates, refusal, seatings
from calibration.assigning.queries.settings import settings_of
from calibration.models import (
    Calibration,
    Review,
    ReviewRating,
    empty_seats,
    why_no_third,
)
from calibration.rules.problems import StepRefused

State, Seat = Calibration.State, Review.Seat


@transaction.atomic
def open_calibration(*, actor: User, assessment: Assessment) -> Calibration:
    """The calibration of a submitted assessment; opening it twice returns the one there is."""
    hold_open(assessment.enrolment_id, StepRefused)
    if not assessment.is_submitted:
        raise StepRefused("This self-assessment is not handed in yet.")
    options = settings_of(assessment.enrolment.cohort)
    calibration, created = Calibration.objects.get_or_create(
        assessment=assessment,
        defaults={
            "due_on": due_of(assessment.enrolment, Deadline.Phase.CALIBRATE),
            "hide_self_level": options.hide_self_level,
        },
    )
    if created:
        audit.record(actor, "calibration.opened", calibration)
    return calibration


@transaction.atomic
def assign_coaches(
    *,
    actor: User,
    calibration: Calibration,
    coaches: Iterable[User],
    due_on: date | None = None,
) -> Calibration:
    """Give an unassigned calibration its two coaches, from two institutions without conflicts."""
    _hold_open(calibration)
    if not Assessment.objects.locked(calibration.assessment_id).is_submitted:
        raise StepRefused("This self-assessment is with the organisation again, to be changed.")
    row = Calibration.objects.locked(calibration.pk)
    if not row.needs_coaches:
        raise StepRefused("This assessment has its coaches already. Replace one instead.")
    first, second = list(coaches)
    if first == second:
        raise StepRefused("Choose two different coaches.")
    row.state, row.due_on = State.ASSIGNED, due_on or row.due_on
    row.save(update_fields=["state", "due_on"])
    organisation = row.assessment.enrolment.organisation
    seating = seatings([row.assessment])[row.assessment_id]
    for seat, candidate in zip(Review.MAIN_SEATS, candidates([first, second]), strict=True):
        if why := refusal(candidate, organisation, seating):
            raise StepRefused(why)
        _seat(actor, row, candidate, seat)
        seating = seating.beside(candidate.person)
    return row


def _hold_open(calibration: Calibration) -> None:
    hold_open(calibration.assessment.enrolment_id, StepRefused)


def _free(
    calibration: Calibration, coach: User, seat: str, leaving: Review | None = None
) -> Candidate:
    """`coach`, if they may take a seat, in place of `leaving` where given. Raises StepRefused."""
    assessment = calibration.assessment
    seating = seatings([assessment], seat=seat, leaving=leaving)[assessment.pk]
    [candidate] = candidates([coach])
    if why := refusal(candidate, assessment.enrolment.organisation, seating):
        raise StepRefused(why)
    return candidate


def _seat(
    actor: User,
    calibration: Calibration,
    candidate: Candidate,
    seat: str,
    criteria: Iterable[int] | None = None,
) -> Review:
    """Seat one whom `refusal` lets through."""
    if candidate.institution is None:
        raise ValueError("Only a coach of an institution takes a seat.")
    review = Review.objects.create(
        calibration=calibration,
        coach=candidate.user,
        institution=candidate.institution,
        seat=seat,
        assigned_by=actor,
    )
    if criteria is None:
        criteria = calibration.assessment.framework.criteria.values_list("pk", flat=True)
    ReviewRating.objects.bulk_create(
        ReviewRating(review=review, criterion_id=criterion) for criterion in criteria
    )
    audit.record(actor, "review.assigned", calibration, seat=seat, coach=candidate.user.pk)
    queue_template_mail(
        people=[candidate.user],
        template="review_assigned",
        context={"review": review, "calibration": calibration},
        key=f"review-assigned:{review.pk}",
    )
    return review


@transaction.atomic
def withdraw_review(
    *, actor: User, review: Review, reason: str, replacement: User | None = None
) -> Review | None:
    """Take a coach off (recusal or replacement) and, where given, seat another.

    The old ratings stay, marked withdrawn. The new coach begins afresh, blind. Nobody new is
    seated while the organisation's part stands still, but a coach may leave at any time.
    """
    if replacement is not None:
        _hold_open(review.calibration)
    row = Calibration.objects.locked(review.calibration_id)
    old = Review.objects.select_for_update().get(pk=review.pk)
    if old.is_withdrawn:
        raise StepRefused("This coach was taken off already.")
    if not row.has_open_seats:
        raise StepRefused("The reviews are settled, so a coach cannot be taken off any more.")
    new = _free(row, replacement, old.seat, leaving=old) if replacement else None
    take_off(actor=actor, calibration=row, review=old, reason=reason)
    if old.is_main:
        _reopen_reviewing(row)
    if new is None:
        queue_template_mail(
            people=[
                one
                for one in User.objects.holding(Role.HUB, cohort=row.assessment.enrolment.cohort_id)
                if one != actor
            ],
            template="review_withdrawn",
            context={"review": old, "calibration": row},
            key=f"review-withdrawn:{old.pk}",
        )
        return None
    criteria = list(old.ratings.values_list("criterion", flat=True))
    return _seat(actor, row, new, old.seat, criteria)


def take_off(*, actor: User, calibration: Calibration, review: Review, reason: str) -> None:
    """Mark a review withdrawn. The caller holds the locks of both rows and tells whom it must."""
    review.state, review.withdrawn_at = Review.State.WITHDRAWN, timezone.now()
    review.withdrawn_reason = reason
    review.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    audit.record(actor, "review.withdrawn", calibration, seat=review.seat, coach=review.coach_id)


def _reopen_reviewing(row: Calibration) -> None:
    """Back from comparing when a main seat falls empty; `both_in_at` still says it was reached."""
    if row.is_settling:
        row.state = State.SCORING
        row.lease_holder = row.lease_expires_at = None
        row.save(update_fields=["state", "lease_holder", "lease_expires_at"])


@transaction.atomic
def fill_seat(*, actor: User, calibration: Calibration, coach: User) -> Review:
    """Seat a coach in the main seat that a withdrawal left empty."""
    _hold_open(calibration)
    row = Calibration.objects.locked(calibration.pk)
    if not row.is_under_review:
        raise StepRefused("No seat is empty.")
    empty = empty_seats(row.reviews.current())
    if not empty:
        raise StepRefused("No seat is empty.")
    return _seat(actor, row, _free(row, coach, empty[0]), empty[0])


@transaction.atomic
def ask_third_coach(
    *, actor: User, calibration: Calibration, coach: User, codes: Iterable[str]
) -> Review:
    """Seat a blind third coach for the criteria that two could not settle."""
    _hold_open(calibration)
    row = Calibration.objects.locked(calibration.pk)
    if why := why_no_third(row, row.reviews.current()):
        raise StepRefused(why)
    criteria = list(
        row.assessment.framework.criteria.filter(code__in=codes).values_list("pk", flat=True)
    )
    if not criteria:
        raise StepRefused("Choose at least one criterion for the third coach.")
    return _seat(actor, row, _free(row, coach, Seat.THIRD), Seat.THIRD, criteria)
