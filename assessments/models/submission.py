"""What was handed in, each time: numbered snapshots that never change. The latest counts.

The database writes them when an assessment is submitted (`kept_as_submission` there).
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q

from assessments.models.assessment import Assessment, EvidenceState, Practice
from assessments.models.framework import Criterion
from assessments.scoring import is_answered


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def standing(self) -> "SubmissionQuerySet":
        """Those that were neither taken back nor returned."""
        return self.filter(ended_at=None)

    def newest_first(self) -> "SubmissionQuerySet":
        return self.order_by("-number")

    def with_counts(self) -> "SubmissionQuerySet":
        """Adds `total`, `rated` and `cannot`, of the criteria."""
        return self.annotate(
            total=Count("ratings"),
            rated=Count("ratings", filter=Q(ratings__level__isnull=False)),
            cannot=Count("ratings", filter=~Q(ratings__cannot_rate_reason="")),
        )


@pgtrigger.register(
    pgtrigger.ReadOnly(
        name="immutable", exclude=["ended_at", "ended_by", "ended_how", "ended_reason"]
    ),
    pgtrigger.Protect(
        name="ended_once",
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__ended_at__isnull=False),
    ),
    pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
)
class Submission(models.Model):
    """One handing in of an assessment, number n of it; its ratings are `ratings`."""

    class Ending(models.TextChoices):
        TAKEN_BACK = "taken_back", "Taken back"
        RETURNED = "returned", "Returned by the Learning Hub"

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_how = models.CharField(max_length=10, choices=Ending, blank=True)
    ended_reason = models.TextField(blank=True)

    # Unlike the assessment, which may be in the making again, it stays open to the cohort's hub.
    ACCESS = {
        "organisation": "assessment__enrolment__organisation_id",
        "enrolment": "assessment__enrolment_id",
        "cohort": "assessment__enrolment__cohort_id",
    }
    PLACE = "assessment__enrolment_id"

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="submission_number_once"),
            models.UniqueConstraint(
                fields=["assessment"], condition=Q(ended_at=None), name="submission_one_stands"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="submission_number_from_1"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_how="", ended_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False)
                & (Q(ended_how="taken_back") | Q(ended_how="returned") & ~Q(ended_reason="")),
                name="submission_ended_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}, submission {self.number}"

    @property
    def stands(self) -> bool:
        return self.ended_at is None

    @property
    def was_returned(self) -> bool:
        return self.ended_how == self.Ending.RETURNED


@pgtrigger.register(
    pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete),
)
class SubmittedRating(models.Model):
    """One criterion as it was handed in. `evidence` are ids: a piece keeps its own words."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="ratings")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    justification = models.TextField(blank=True)
    evidence_state = models.CharField(max_length=15, choices=EvidenceState, blank=True)
    practice = models.CharField(max_length=10, choices=Practice, blank=True)
    cannot_rate_reason = models.TextField(blank=True)
    evidence = ArrayField(models.UUIDField(), default=list, blank=True)

    class Meta:
        ordering = ["submission", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "criterion"], name="submitted_rating_once"
            ),
            models.CheckConstraint(
                condition=Q(level=None) | Q(cannot_rate_reason=""),
                name="submitted_rating_level_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} of {self.submission}"

    @property
    def is_answered(self) -> bool:
        return is_answered(self.level, self.cannot_rate_reason)

    @property
    def evidence_count(self) -> int:
        return len(self.evidence)
