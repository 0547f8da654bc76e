"""A coach's own work: save, submit, recall."""

from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.constraints import refused_as
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import User
from assessments.models import Evidence
from calibration.access import impartial_moderators
from calibration.models import Calibration, Review, ReviewRating, Spotlight
from calibration.models.review import RATING_LOCKED
from calibration.reviewing.queries.gaps import missing
from calibration.rules.judgement import Judgement, judgement_of
from calibration.rules.problems import ReviewLocked, StaleReview, StepRefused

State = Calibration.State


def save_judgement(
    *, rating: ReviewRating, read_version: int, judgement: Judgement
) -> ReviewRating:
    """Save a coach's own rating if it did not change since `read_version`.

    The first save of a calibration moves it to SCORING. Raises StaleReview and ReviewLocked.
    """
    now = timezone.now()
    with refused_as(RATING_LOCKED, ReviewLocked):
        hold_open(rating.review.calibration.assessment.enrolment_id, ReviewLocked)
        # Before the rating, whose trigger locks its review: calibrations are locked first.
        Calibration.objects.filter(pk=rating.review.calibration_id, state=State.ASSIGNED).update(
            state=State.SCORING
        )
        changed = ReviewRating.objects.filter(pk=rating.pk, version=read_version).update(
            version=F("version") + 1, updated_at=now, **asdict(judgement)
        )
        if not changed:
            transaction.set_rollback(True)
    if changed:
        rating.version, rating.updated_at = read_version + 1, now
        for name, value in asdict(judgement).items():
            setattr(rating, name, value)
        return rating
    current = ReviewRating.objects.select_related("review").get(pk=rating.pk)
    if asdict(judgement_of(current)) == asdict(judgement):
        return current
    raise StaleReview(current)


@transaction.atomic
def save_spotlights(*, rating: ReviewRating, passages: Mapping[str, str]) -> None:
    """Keep which pieces of evidence persuaded the coach: evidence id → passage ("" allowed).

    Of a piece that was withdrawn no passage is kept. Raises ReviewLocked.
    """
    enrolment = rating.review.calibration.assessment.enrolment_id
    hold_open(enrolment, ReviewLocked)
    review = Review.objects.select_for_update().get(pk=rating.review_id)
    if not review.is_open:
        raise ReviewLocked
    rating.spotlights.exclude(evidence__pk__in=passages).delete()
    chosen = Evidence.objects.filter(enrolment=enrolment, pk__in=passages).order_by("pk")
    for evidence in chosen.select_for_update():
        passage = "" if evidence.is_withdrawn else passages[str(evidence.pk)]
        Spotlight.objects.update_or_create(
            rating=rating, evidence=evidence, defaults={"passage": passage}
        )


@transaction.atomic
def submit_review(*, actor: User, review: Review) -> bool:
    """Hand a review in; False when it was before.

    The row lock on the calibration makes two submissions at once one BOTH_IN. Raises
    StepRefused while something is missing.
    """
    hold_open(review.calibration.assessment.enrolment_id, StepRefused)
    calibration = Calibration.objects.locked(review.calibration_id)
    row = Review.objects.select_for_update().get(pk=review.pk)
    if row.is_submitted:
        return False
    if not row.is_open:
        raise StepRefused("This review was withdrawn.")
    if calibration.is_settled:
        raise StepRefused("This calibration is agreed, so no review can come in any more.")
    row.calibration = calibration
    gaps = missing(row)
    if gaps:
        raise StepRefused(f"{len(gaps)} criteria still need something before you can submit.")
    row.state, row.submitted_at = Review.State.SUBMITTED, timezone.now()
    row.save(update_fields=["state", "submitted_at"])
    audit.record(actor, "review.submitted", calibration, seat=row.seat)
    submitted = calibration.reviews.main().submitted().count()
    if calibration.state == State.ASSIGNED:
        calibration.state = State.SCORING
        calibration.save(update_fields=["state"])
    if submitted == len(Review.MAIN_SEATS) and calibration.state == State.SCORING:
        calibration.state = State.BOTH_IN
        calibration.both_in_at = calibration.both_in_at or timezone.now()
        calibration.save(update_fields=["state", "both_in_at"])
        audit.record(actor, "calibration.both_in", calibration)
        _tell_both_in(calibration)
    elif not row.is_main and calibration.is_open_to_compare:
        _tell_third_in(calibration, row)
    return True


def _tell_both_in(calibration: Calibration) -> None:
    reviews = calibration.reviews.current().select_related("coach")
    people = {review.coach for review in reviews}.union(impartial_moderators(calibration))
    queue_template_mail(
        people=sorted(people, key=lambda person: person.pk),
        template="both_in",
        context={"calibration": calibration},
        key="both-in:" + "-".join(str(review.pk) for review in reviews),
    )


def _tell_third_in(calibration: Calibration, review: Review) -> None:
    queue_template_mail(
        people=impartial_moderators(calibration),
        template="third_in",
        context={"calibration": calibration},
        key=f"third-in:{review.pk}:{review.submitted_at}",
    )


@transaction.atomic
def recall_review(*, actor: User, review: Review) -> None:
    """Take one's own submitted review back, as long as the two were never both in."""
    hold_open(review.calibration.assessment.enrolment_id, StepRefused)
    calibration = Calibration.objects.locked(review.calibration_id)
    row = Review.objects.select_for_update().get(pk=review.pk)
    if not row.is_submitted:
        raise StepRefused("This review is not submitted.")
    if not calibration.lets_reviews_back:
        raise StepRefused("Both reviews are in, so yours can no longer be taken back.")
    row.state, row.submitted_at = Review.State.OPEN, None
    row.save(update_fields=["state", "submitted_at"])
    audit.record(actor, "review.recalled", calibration, seat=row.seat)


def remember_place(*, review: Review, code: str) -> None:
    """Keep where the coach is, to resume there."""
    Review.objects.filter(pk=review.pk, state=Review.State.OPEN).update(last_code=code)


@transaction.atomic
def open_examples(*, actor: User, rating: ReviewRating) -> None:
    """Log that a coach looked at how others were rated, once their own level is given."""
    hold_open(rating.review.calibration.assessment.enrolment_id, StepRefused)
    row = ReviewRating.objects.get(pk=rating.pk)
    if not row.is_answered:
        raise StepRefused("Give your own level first, so that the others do not sway you.")
    if row.examples_opened_at is None and rating.review.is_open:
        ReviewRating.objects.filter(pk=row.pk).update(examples_opened_at=timezone.now())
    audit.record(actor, "examples.opened", rating.review.calibration, criterion=row.criterion_id)
