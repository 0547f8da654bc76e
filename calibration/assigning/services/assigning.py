"""Opening a calibration, giving it coaches, replacing them."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Role, User
from assessments.models import Assessment
from calibration.assigning.queries.eligibility import check_blind, check_free, institution_of
from calibration.assigning.queries.settings import settings_of
from calibration.models import (
    Calibration,
    Review,
    ReviewRating,
)
from calibration.rules.problems import StepRefused

State, Seat = Calibration.State, Review.Seat


@transaction.atomic
def open_calibration(*, actor: User, assessment: Assessment) -> Calibration:
    """The calibration of a submitted assessment; opening it twice returns the one there is."""
    if not assessment.is_submitted:
        raise StepRefused("This self-assessment is not handed in yet.")
    options = settings_of(assessment.enrolment.cohort)
    calibration, created = Calibration.objects.get_or_create(
        assessment=assessment,
        defaults={
            "due_on": assessment.enrolment.cohort.calibrate_due,
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
    row = Calibration.objects.locked(calibration.pk)
    if row.state != State.UNASSIGNED:
        raise StepRefused("This assessment has its coaches already. Replace one instead.")
    first, second = list(coaches)
    if first == second:
        raise StepRefused("Choose two different coaches.")
    row.state, row.due_on = State.ASSIGNED, due_on or row.due_on
    row.save(update_fields=["state", "due_on"])
    for seat, coach in ((Seat.FIRST, first), (Seat.SECOND, second)):
        _seat(actor, row, coach, seat)
    return row


def _seat(
    actor: User,
    calibration: Calibration,
    coach: User,
    seat: str,
    criteria: Iterable[int] | None = None,
) -> Review:
    check_free(coach, calibration)
    check_blind(coach, calibration)
    try:
        with transaction.atomic():
            review = Review.objects.create(
                calibration=calibration,
                coach=coach,
                institution=institution_of(coach, calibration),
                seat=seat,
                assigned_by=actor,
            )
    except IntegrityError as error:
        if "review_two_institutions" in str(error):
            raise StepRefused("The two coaches must come from different institutions.") from error
        raise StepRefused(f"{coach} is a coach of this assessment already.") from error
    if criteria is None:
        criteria = calibration.assessment.framework.criteria.values_list("pk", flat=True)
    ReviewRating.objects.bulk_create(
        ReviewRating(review=review, criterion_id=criterion) for criterion in criteria
    )
    audit.record(actor, "review.assigned", calibration, seat=seat, coach=coach.pk)
    queue_template_mail(
        people=[coach],
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

    The old ratings stay, marked withdrawn. The new coach begins afresh, blind.
    """
    row = Calibration.objects.locked(review.calibration_id)
    old = Review.objects.select_for_update().get(pk=review.pk)
    if old.state == Review.State.WITHDRAWN:
        raise StepRefused("This coach was taken off already.")
    if row.state not in (State.ASSIGNED, State.SCORING, State.BOTH_IN, State.MODERATING):
        raise StepRefused("The reviews are settled, so a coach cannot be taken off any more.")
    old.state, old.withdrawn_at, old.withdrawn_reason = (
        Review.State.WITHDRAWN,
        timezone.now(),
        reason,
    )
    old.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    audit.record(actor, "review.withdrawn", row, seat=old.seat, coach=old.coach_id)
    if old.seat != Seat.THIRD:
        _reopen_reviewing(row)
    if replacement is None:
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
    return _seat(actor, row, replacement, old.seat, criteria)


def _reopen_reviewing(row: Calibration) -> None:
    """Back from comparing when a main seat falls empty; `both_in_at` still says it was reached."""
    if row.state in (State.BOTH_IN, State.MODERATING):
        row.state = State.SCORING
        row.lease_holder = row.lease_expires_at = None
        row.save(update_fields=["state", "lease_holder", "lease_expires_at"])


@transaction.atomic
def fill_seat(*, actor: User, calibration: Calibration, coach: User) -> Review:
    """Seat a coach in the main seat that a withdrawal left empty."""
    row = Calibration.objects.locked(calibration.pk)
    if row.state not in (State.ASSIGNED, State.SCORING):
        raise StepRefused("No seat is empty.")
    taken = set(row.reviews.current().values_list("seat", flat=True))
    seat = next((seat for seat in (Seat.FIRST, Seat.SECOND) if seat not in taken), None)
    if seat is None:
        raise StepRefused("No seat is empty.")
    return _seat(actor, row, coach, seat)


@transaction.atomic
def ask_third_coach(
    *, actor: User, calibration: Calibration, coach: User, codes: Iterable[str]
) -> Review:
    """Seat a blind third coach for the criteria that two could not settle."""
    row = Calibration.objects.locked(calibration.pk)
    if row.state not in (State.BOTH_IN, State.MODERATING):
        raise StepRefused("A third coach comes in once both reviews are in.")
    criteria = list(
        row.assessment.framework.criteria.filter(code__in=codes).values_list("pk", flat=True)
    )
    if not criteria:
        raise StepRefused("Choose at least one criterion for the third coach.")
    return _seat(actor, row, coach, Seat.THIRD, criteria)
