"""What passes between coaches, hub and organisation beside the ratings."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Criterion, Evidence
from calibration.models.calibration import Calibration, Release


@pghistory.track()
class EvidenceRequest(models.Model):
    """A question to the organisation and its answer, which both coaches see alike.

    Nobody but the hub sees which coach asked. The self-assessment does not move.
    """

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="requests")
    criterion = models.ForeignKey(Criterion, models.PROTECT, null=True, related_name="+")
    question = models.TextField(max_length=2000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(max_length=5000, blank=True)
    evidence = models.ManyToManyField(Evidence, related_name="+", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    ACCESS = {
        "organisation": "calibration__assessment__enrolment__organisation_id",
        "cohort": "calibration__assessment__enrolment__cohort_id",
    }

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="request_answered_whole",
            )
        ]

    def __str__(self) -> str:
        return self.question[:60]


class ReleaseQuestion(models.Model):
    """The organisation's question about its calibrated framework, and the hub's answer."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="questions")
    criterion = models.ForeignKey(Criterion, models.PROTECT, null=True, related_name="+")
    question = models.TextField(max_length=2000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(max_length=5000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    ACCESS = {
        "organisation": "release__calibration__assessment__enrolment__organisation_id",
        "cohort": "release__calibration__assessment__enrolment__cohort_id",
    }

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return self.question[:60]


class LateEvidence(models.Model):
    """Evidence added after release. It reopens nothing; it is there for the improvement meeting."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="late_evidence")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["added_at"]

    def __str__(self) -> str:
        return f"{self.evidence} for {self.criterion}"


@pghistory.track()
class ImprovementMeeting(models.Model):
    """The talk about a calibrated framework: when, who, and notes for those chosen to read them."""

    class Readers(models.TextChoices):
        HUB = "hub", "Learning Hub only"
        COACHES = "coaches", "Coaches and Learning Hub"
        ALL = "all", "Coaches, Learning Hub and the organisation"

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="meetings")
    held_on = models.DateField()
    attendees = models.TextField(max_length=2000)
    notes = models.TextField(max_length=20000, blank=True)
    readers = models.CharField("who may read the notes", max_length=8, choices=Readers)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    ACCESS = {
        "organisation": "calibration__assessment__enrolment__organisation_id",
        "cohort": "calibration__assessment__enrolment__cohort_id",
    }

    class Meta:
        ordering = ["-held_on"]

    def __str__(self) -> str:
        return f"Improvement meeting on {self.held_on}"
