"""The calibration of one assessment, from assignment to release."""

from datetime import timedelta

import pghistory
import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accelerator.models import Cohort, User
from accelerator.models.programme import still_open
from assessments.models import Assessment

# For how long a moderator has the desk after taking it, and after each decision.
LEASE = timedelta(minutes=30)


class CalibrationSettings(models.Model):
    """How one cohort calibrates. Without a row, the defaults hold."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="+", primary_key=True)
    hide_self_level = models.BooleanField(
        "hide the organisation's own level from a coach until theirs is given", default=False
    )
    require_practice = models.BooleanField(
        "coaches do the practice cases before a first assignment", default=False
    )

    AUDITED = {"cohort": "pk"}

    def __str__(self) -> str:
        return f"Calibration of {self.cohort}"


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    def with_coaches(self) -> "CalibrationQuerySet":
        """Those for which coaches have been asked."""
        return self.exclude(state=Calibration.State.UNASSIGNED)

    def open_to_compare(self) -> "CalibrationQuerySet":
        """Those whose coaches have both submitted: the only ones that may be compared."""
        return self.filter(state__in=Calibration.OPEN_TO_COMPARE)

    def to_decide(self) -> "CalibrationQuerySet":
        """Those that are `is_decidable`, in SQL."""
        return self.filter(state__in=Calibration.DECIDABLE)

    def overdue(self) -> "CalibrationQuerySet":
        """Those that are `is_overdue`, in SQL."""
        return self.filter(
            still_open("assessment__enrolment__"),
            state__in=Calibration.UNDER_REVIEW,
            due_on__lt=timezone.localdate(),
        ).order_by()

    def owed_by(self, user: User) -> "CalibrationQuerySet":
        """Those that `user` still reviews, blind: nothing of the others' may reach them."""
        owed = apps.get_model("calibration", "Review").objects.owed_by(user)
        return self.filter(pk__in=owed.values("calibration"))

    def unblinded_for(self, user: User) -> "CalibrationQuerySet":
        """All but those that `user` still reviews, blind."""
        return self.exclude(pk__in=Calibration.objects.owed_by(user).order_by().values("pk"))

    def comparable_by(self, user: User) -> "CalibrationQuerySet":
        """Those that `user`'s own reviews do not keep them from comparing. Not who may do it."""
        return self.open_to_compare().unblinded_for(user)

    def locked(self, pk: int) -> "Calibration":
        """The row, locked until the transaction ends, with its organisation and cohort."""
        return (
            self.select_for_update(of=["self"])
            .select_related("assessment__enrolment__organisation", "assessment__enrolment__cohort")
            .get(pk=pk)
        )


@pghistory.track()
@pgtrigger.register(
    pgtrigger.ReadOnly(name="pinned", fields=["assessment"]),
    pgtrigger.FSM(
        name="state_moves",
        field="state",
        transitions=[
            ("unassigned", "assigned"),
            ("assigned", "unassigned"),
            ("assigned", "scoring"),
            ("scoring", "assigned"),
            ("scoring", "unassigned"),
            ("scoring", "both_in"),
            ("both_in", "moderating"),
            ("both_in", "scoring"),
            ("moderating", "scoring"),
            ("moderating", "agreed"),
            ("agreed", "moderating"),
            ("agreed", "released"),
            ("released", "moderating"),
        ],
    ),
)
class Calibration(models.Model):
    """One assessment's calibration. `version` counts the releases it has had or is heading for."""

    class State(models.TextChoices):
        UNASSIGNED = "unassigned", "Needs coaches"
        ASSIGNED = "assigned", "Assigned"
        SCORING = "scoring", "Being reviewed"
        BOTH_IN = "both_in", "Both reviews are in"
        MODERATING = "moderating", "Being moderated"
        AGREED = "agreed", "Agreed, not yet released"
        RELEASED = "released", "Released"

    OPEN_TO_COMPARE = (State.BOTH_IN, State.MODERATING, State.AGREED, State.RELEASED)
    DECIDABLE = (State.BOTH_IN, State.MODERATING, State.AGREED)
    UNDER_REVIEW = (State.ASSIGNED, State.SCORING)
    AWAITING_REVIEWS = (State.UNASSIGNED, *UNDER_REVIEW)
    SETTLING = (State.BOTH_IN, State.MODERATING)
    # While a coach may step back or be replaced.
    SEATS_OPEN = (*UNDER_REVIEW, *SETTLING)
    SETTLED = (State.AGREED, State.RELEASED)

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.UNASSIGNED)
    version = models.PositiveSmallIntegerField(default=1)
    due_on = models.DateField(null=True, blank=True)
    hide_self_level = models.BooleanField(default=False)
    opened_at = models.DateTimeField(auto_now_add=True)
    both_in_at = models.DateTimeField(null=True)
    lease_holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lease_expires_at = models.DateTimeField(null=True)
    reopened_reason = models.TextField(blank=True)

    objects = CalibrationQuerySet.as_manager()

    # An organisation reaches its calibration through `calibration.access`, once it is released.
    ACCESS = {"cohort": "assessment__enrolment__cohort_id"}
    PLACE = "assessment__enrolment_id"

    class Meta:
        ordering = ["assessment__enrolment__organisation__name"]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="calibration_version_from_1"),
            models.CheckConstraint(
                condition=Q(lease_holder=None, lease_expires_at=None)
                | Q(lease_holder__isnull=False, lease_expires_at__isnull=False),
                name="calibration_lease_expires",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reopened_reason=""), name="calibration_reopened_why"
            ),
        ]

    def __str__(self) -> str:
        return f"Calibration of {self.assessment}"

    @property
    def needs_coaches(self) -> bool:
        return self.state == self.State.UNASSIGNED

    @property
    def is_open_to_compare(self) -> bool:
        return self.state in self.OPEN_TO_COMPARE

    @property
    def is_under_review(self) -> bool:
        return self.state in self.UNDER_REVIEW

    @property
    def awaits_reviews(self) -> bool:
        """Whether its coaches, if it has them, have not both handed in."""
        return self.state in self.AWAITING_REVIEWS

    @property
    def is_settling(self) -> bool:
        return self.state in self.SETTLING

    @property
    def is_decidable(self) -> bool:
        return self.state in self.DECIDABLE

    @property
    def is_agreed(self) -> bool:
        return self.state == self.State.AGREED

    @property
    def is_released(self) -> bool:
        return self.state == self.State.RELEASED

    @property
    def is_settled(self) -> bool:
        return self.state in self.SETTLED

    @property
    def is_under_way(self) -> bool:
        """Whether it has its coaches and is not released: while they may ask for evidence."""
        return not self.needs_coaches and not self.is_released

    @property
    def lets_reviews_back(self) -> bool:
        """Whether a coach may take a submitted review back: never once two had been in."""
        return self.state == self.State.SCORING and self.both_in_at is None

    @property
    def has_open_seats(self) -> bool:
        """Whether a coach may still step back or be replaced."""
        return self.state in self.SEATS_OPEN

    @property
    def why_closed(self) -> str:
        """Why nobody reviews, decides or releases here any more; "" while somebody may."""
        return self.assessment.enrolment.why_closed

    @property
    def has_live_lease(self) -> bool:
        """Whether a moderator has the desk; the turn ends with the organisation's part."""
        lasts = self.lease_expires_at is not None and self.lease_expires_at > timezone.now()
        return lasts and not self.why_closed

    @property
    def is_past_due(self) -> bool:
        """Whether the day on which its reviews were due is over, wherever it stands."""
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def is_overdue(self) -> bool:
        return self.is_under_review and self.is_past_due and not self.why_closed


@pghistory.track()
@pgtrigger.register(
    pgtrigger.ReadOnly(
        name="immutable", exclude=["superseded_at", "acknowledged_at", "acknowledged_by"]
    ),
    pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
)
class Release(models.Model):
    """What an organisation was given: version n of its calibrated framework, for ever.

    `snapshot` holds, criterion code → {level, self_level, change, commentary, lift, cause,
    settled_by, reason}, for reading; what counts levels asks the rows of `levels`. `reason` says
    why there is this version, when it is not the first.
    """

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="releases")
    version = models.PositiveSmallIntegerField()
    snapshot = models.JSONField()
    reason = models.TextField(blank=True)
    message = models.TextField(blank=True)
    released_at = models.DateTimeField(auto_now_add=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    ACCESS = {
        "organisation": "calibration__assessment__enrolment__organisation_id",
        "enrolment": "calibration__assessment__enrolment_id",
        "cohort": "calibration__assessment__enrolment__cohort_id",
    }
    PLACE = "calibration__assessment__enrolment_id"

    class Meta:
        ordering = ["calibration", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["calibration", "version"], name="release_version_once"),
            models.UniqueConstraint(
                fields=["calibration"],
                condition=Q(superseded_at=None),
                name="release_one_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calibration}, version {self.version}"

    @property
    def stands(self) -> bool:
        return self.superseded_at is None
