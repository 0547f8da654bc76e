"""Opening a calibration, giving it coaches, replacing them."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accelerator import audit
from accelerator.models import Cohort, Membership, Organisation, Role, User
from accelerator.services.mail import queue_template_mail
from assessments.models import Assessment
from calibration.models import (
    Calibration,
    CalibrationSettings,
    ConflictOfInterest,
    PracticeAttempt,
    PracticeCase,
    Review,
    ReviewRating,
)
from calibration.services.problems import StepRefused
from calibration.services.recipients import hub_of

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


def settings_of(cohort: Cohort) -> CalibrationSettings:
    return CalibrationSettings.objects.filter(cohort=cohort).first() or CalibrationSettings(
        cohort=cohort
    )


@transaction.atomic
def save_settings(
    *, actor: User, cohort: Cohort, hide_self_level: bool, require_practice: bool
) -> None:
    """Set how a cohort calibrates. Open calibrations keep what they began with."""
    row, _ = CalibrationSettings.objects.update_or_create(
        cohort=cohort,
        defaults={"hide_self_level": hide_self_level, "require_practice": require_practice},
    )
    audit.record(
        actor, "calibration.settings", row, hide=hide_self_level, practice=require_practice
    )


def locked(calibration: Calibration) -> Calibration:
    """The calibration's row, locked until the transaction ends."""
    return (
        Calibration.objects.select_for_update(of=["self"])
        .select_related("assessment__enrolment__organisation", "assessment__enrolment__cohort")
        .get(pk=calibration.pk)
    )


@transaction.atomic
def assign_coaches(
    *,
    actor: User,
    calibration: Calibration,
    coaches: Iterable[User],
    due_on: date | None = None,
) -> Calibration:
    """Give an unassigned calibration its two coaches, from two institutions without conflicts."""
    row = locked(calibration)
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


def institution_of(coach: User, calibration: Calibration):
    """The institution a coach sits for. Raises StepRefused when they are none's coach."""
    membership = (
        Membership.objects.filter(user=coach, role=Role.COACH)
        .select_related("institution")
        .order_by("pk")
        .first()
    )
    if membership is None:
        raise StepRefused(f"{coach} is not a coach of any institution.")
    return membership.institution


def check_free(coach: User, calibration: Calibration) -> None:
    """Refuse a coach with a conflict of interest, or without the practice a cohort asks for."""
    enrolment = calibration.assessment.enrolment
    organisation = enrolment.organisation
    tied = ConflictOfInterest.objects.filter(person=coach, organisation=organisation).exists()
    own = Membership.objects.filter(user=coach, organisation=organisation).exists()
    if tied or own:
        raise StepRefused(f"{coach} has a conflict of interest with {organisation}.")
    if settings_of(enrolment.cohort).require_practice and not practice_done(coach):
        raise StepRefused(f"{coach} has not done the practice cases yet.")


def check_blind(coach: User, calibration: Calibration) -> None:
    """Refuse a coach who may have read what others gave, once both reviews had been in."""
    if calibration.both_in_at is None:
        return
    cohort = calibration.assessment.enrolment.cohort_id
    sat = calibration.reviews.filter(coach=coach, state=Review.State.WITHDRAWN).exists()
    runs = Membership.objects.filter(
        user=coach, cohort=cohort, role__in=(Role.HUB, Role.MODERATOR)
    ).exists()
    decided = calibration.decisions.filter(decided_by=coach).exists()
    released = calibration.releases.filter(released_by=coach).exists()
    if sat or runs or decided or released or calibration.lease_holder_id == coach.pk:
        raise StepRefused(
            f"{coach} may have read the other reviews of this assessment already, "
            "so cannot review it blind."
        )


def practice_done(coach: User) -> bool:
    tried = PracticeAttempt.objects.filter(coach=coach).values("case")
    return not PracticeCase.objects.exclude(pk__in=tried).exists()


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
    row = locked(review.calibration)
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
            people=[one for one in hub_of(row) if one != actor],
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
    row = locked(calibration)
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
    row = locked(calibration)
    if row.state not in (State.BOTH_IN, State.MODERATING):
        raise StepRefused("A third coach comes in once both reviews are in.")
    criteria = list(
        row.assessment.framework.criteria.filter(code__in=codes).values_list("pk", flat=True)
    )
    if not criteria:
        raise StepRefused("Choose at least one criterion for the third coach.")
    return _seat(actor, row, coach, Seat.THIRD, criteria)


@transaction.atomic
def declare_conflict(*, person: User, organisation: Organisation, reason: str) -> None:
    """Declare a tie to an organisation; one's open reviews of it are withdrawn at once."""
    conflict, created = ConflictOfInterest.objects.get_or_create(
        person=person, organisation=organisation, defaults={"reason": reason}
    )
    if created:
        audit.record(person, "conflict.declared", conflict, organisation=organisation.pk)
    for review in Review.objects.current().filter(
        coach=person,
        calibration__assessment__enrolment__organisation=organisation,
        calibration__state__in=(State.ASSIGNED, State.SCORING, State.BOTH_IN, State.MODERATING),
    ):
        # Settled meanwhile: the declaration stands, and shuts the person out by itself.
        with suppress(StepRefused), transaction.atomic():
            withdraw_review(actor=person, review=review, reason="Conflict of interest")
