"""A coach's review: thirty ratings made from the evidence, blind, and never edited afterwards."""

from collections.abc import Iterable

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accelerator.models import Institution, User
from accelerator.models.programme import still_open
from assessments.models import Criterion
from assessments.scoring import is_answered
from calibration.models.calibration import Calibration


class ReviewQuerySet(models.QuerySet["Review"]):
    def current(self) -> "ReviewQuerySet":
        return self.exclude(state=Review.State.WITHDRAWN)

    def submitted(self) -> "ReviewQuerySet":
        return self.filter(state=Review.State.SUBMITTED)

    def withdrawn(self) -> "ReviewQuerySet":
        return self.filter(state=Review.State.WITHDRAWN)

    def main(self) -> "ReviewQuerySet":
        """Those of the first and second coach, on which a calibration rests."""
        return self.filter(seat__in=Review.MAIN_SEATS)

    def owed_by(self, user: User) -> "ReviewQuerySet":
        """Those that `user` has still to hand in."""
        return self.filter(coach=user, state=Review.State.OPEN)

    def writable(self) -> "ReviewQuerySet":
        """Those that are `is_writable`, in SQL."""
        return self.filter(
            still_open("calibration__assessment__enrolment__"), state=Review.State.OPEN
        )

    def to_compare(self) -> "ReviewQuerySet":
        """Submitted, of a calibration that has both in: what a desk sets side by side."""
        return self.submitted().filter(calibration__in=Calibration.objects.open_to_compare())

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Blind means blind: one's own reviews, and others' once nothing is left to influence.

        Another's review is seen when it is submitted, its calibration has both in, and the
        person has no open review of the same calibration (a blind third coach).
        """
        others = Q(
            state=Review.State.SUBMITTED, calibration__in=Calibration.objects.comparable_by(user)
        )
        return self.filter(Q(coach=user) | others)


@pghistory.track()
@pgtrigger.register(
    pgtrigger.ReadOnly(
        name="assignment_pinned", fields=["calibration", "coach", "institution", "seat"]
    ),
    pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
    pgtrigger.FSM(
        name="state_moves",
        field="state",
        transitions=[
            ("open", "submitted"),
            ("submitted", "open"),
            ("open", "withdrawn"),
            ("submitted", "withdrawn"),
        ],
    ),
)
class Review(models.Model):
    """One coach's seat at one calibration. A replaced coach's review stays, withdrawn."""

    class Seat(models.TextChoices):
        FIRST = "first", "Coach A"
        SECOND = "second", "Coach B"
        THIRD = "third", "Coach C"

    class State(models.TextChoices):
        OPEN = "open", "Being written"
        SUBMITTED = "submitted", "Submitted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    MAIN_SEATS = (Seat.FIRST, Seat.SECOND)

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="reviews")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    seat = models.CharField(max_length=6, choices=Seat)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    assigned_at = models.DateTimeField(auto_now_add=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    last_code = models.CharField(max_length=40, blank=True, help_text="Where the coach stopped")

    ACCESS = {"cohort": "calibration__assessment__enrolment__cohort_id"}
    PLACE = "calibration__assessment__enrolment_id"

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["calibration", "seat"]
        constraints = [
            models.UniqueConstraint(
                fields=["calibration", "seat"],
                condition=~Q(state="withdrawn"),
                name="review_seat_once",
            ),
            models.UniqueConstraint(
                fields=["calibration", "coach"],
                condition=~Q(state="withdrawn"),
                name="review_coach_once",
            ),
            models.UniqueConstraint(
                fields=["calibration", "institution"],
                condition=~Q(state="withdrawn") & Q(seat__in=["first", "second"]),
                name="review_two_institutions",
            ),
            models.CheckConstraint(
                condition=Q(state="open", submitted_at=None, withdrawn_at=None)
                | Q(state="submitted", submitted_at__isnull=False, withdrawn_at=None)
                | Q(state="withdrawn", withdrawn_at__isnull=False),
                name="review_state_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_seat_display()} of {self.calibration}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_submitted(self) -> bool:
        return self.state == self.State.SUBMITTED

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.State.WITHDRAWN

    @property
    def is_writable(self) -> bool:
        """Whether its coach can go on writing."""
        return self.is_open and not self.calibration.why_closed

    @property
    def is_past_due(self) -> bool:
        """Whether its coach should have handed it in before today."""
        return self.is_writable and self.calibration.is_past_due

    @property
    def is_main(self) -> bool:
        """Whether it is the first or second coach's, on which the calibration rests."""
        return self.seat in self.MAIN_SEATS


def empty_seats(current: Iterable[Review]) -> list[Review.Seat]:
    """The main seats that none of a calibration's current reviews holds."""
    taken = {review.seat for review in current}
    return [seat for seat in Review.MAIN_SEATS if seat not in taken]


def why_no_third(calibration: Calibration, current: Iterable[Review]) -> str:
    """Why no third coach can be asked, beside the `current` reviews; "" when one can."""
    if not calibration.is_settling:
        return "A third coach comes in once both reviews are in."
    return "" if all(one.is_main for one in current) else "A third coach is here already."


class Sureness(models.TextChoices):
    SURE = "sure", "Sure"
    UNSURE = "unsure", "Unsure"


class Cause(models.TextChoices):
    GUIDANCE = "guidance", "The guidance was misread"
    MISSING = "missing", "The evidence is missing"
    DEVELOPMENT = "development", "The evidence is in development"
    STANDARD = "standard", "The standard was understood differently"
    OTHER = "other", "Something else"


def unanswered(prefix: str = "") -> Q:
    """Picks ratings with neither a level nor a reason, at the end of a lookup's `prefix`."""
    return Q(**{f"{prefix}level": None, f"{prefix}cannot_judge_reason": ""})


class ReviewRatingQuerySet(models.QuerySet["ReviewRating"]):
    def visible_to(self, user: User) -> "ReviewRatingQuerySet":
        return self.filter(review__in=Review.objects.visible_to(user))

    def to_compare(self) -> "ReviewRatingQuerySet":
        """What coaches handed in, of calibrations that have both in."""
        return self.filter(review__in=Review.objects.to_compare())

    def unanswered(self) -> "ReviewRatingQuerySet":
        return self.filter(unanswered())

    def answered(self) -> "ReviewRatingQuerySet":
        return self.exclude(unanswered())

    def begun(self) -> "ReviewRatingQuerySet":
        """With an answer, or any word of one."""
        return self.exclude(unanswered(), commentary="", private_note="", lift="")

    def differing(self) -> "ReviewRatingQuerySet":
        """Ratings of a criterion on which the submitted reviews do not all give one level."""
        others = ReviewRating.objects.filter(
            review__in=Review.objects.submitted(),
            review__calibration=OuterRef("review__calibration"),
            criterion=OuterRef("criterion"),
        ).exclude(level=OuterRef("level"))
        return self.filter(Exists(others))


# The name under which the database refuses to change a review that is handed in.
RATING_LOCKED = "review_rating_locked"


@pghistory.track()
@pgtrigger.register(
    pgtrigger.Trigger(
        name="locked",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Insert,
        func="""
            IF (SELECT state FROM calibration_review WHERE id = NEW.review_id FOR SHARE) <> 'open'
            THEN
                RAISE EXCEPTION 'review % is submitted and locked', NEW.review_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'review_rating_locked';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
)
class ReviewRating(models.Model):
    """What one coach thinks of one criterion, from the evidence. One row each from the start."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="ratings")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    cannot_judge_reason = models.TextField(blank=True)
    commentary = models.TextField(blank=True)
    private_note = models.TextField(blank=True)
    sureness = models.CharField(max_length=6, choices=Sureness, blank=True)
    cause = models.CharField(max_length=12, choices=Cause, blank=True)
    lift = models.TextField("what would lift it one level", blank=True)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now_add=True)
    self_level_shown_at = models.DateTimeField(null=True)
    examples_opened_at = models.DateTimeField(null=True)

    ACCESS = {"cohort": "review__calibration__assessment__enrolment__cohort_id"}
    PLACE = "review__calibration__assessment__enrolment_id"

    objects = ReviewRatingQuerySet.as_manager()

    class Meta:
        ordering = ["review", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="review_rating_once"),
            models.CheckConstraint(
                condition=Q(level=None) | Q(cannot_judge_reason=""),
                name="review_rating_level_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} by {self.review}"

    @property
    def is_answered(self) -> bool:
        return is_answered(self.level, self.cannot_judge_reason)

    @property
    def self_level_is_open(self) -> bool:
        """Whether the coach may see the organisation's own level for this criterion."""
        return (
            not self.review.calibration.hide_self_level
            or self.self_level_shown_at is not None
            or self.is_answered
        )
