"""What passes between coaches, hub and organisation beside the ratings."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from accelerator.models import Membership, Role, User
from accelerator.models.programme import still_open
from assessments.models import Criterion, Evidence
from calibration.models.calibration import Calibration, Release
from calibration.models.review import Review


class EvidenceRequestQuerySet(models.QuerySet["EvidenceRequest"]):
    def seen_from(self, review: Review) -> "EvidenceRequestQuerySet":
        """What a coach reads: not, while they review blind, what was asked after a comparison."""
        found = self.filter(calibration=review.calibration_id)
        compared_at = review.calibration.both_in_at
        if not review.is_open or compared_at is None:
            return found
        return found.filter(Q(asked_at__lt=compared_at) | Q(asked_by=review.coach_id))

    def open(self) -> "EvidenceRequestQuerySet":
        """Those that `can_be_answered`, in SQL."""
        waiting = self.filter(still_open("calibration__assessment__enrolment__"), answered_at=None)
        return waiting.exclude(calibration__state=Calibration.State.RELEASED)

    def answered(self) -> "EvidenceRequestQuerySet":
        return self.exclude(answered_at=None)

    def about(self, criterion: int) -> "EvidenceRequestQuerySet":
        """Those about one criterion, by its id, and those about the assessment as a whole."""
        return self.filter(Q(criterion=criterion) | Q(criterion=None))


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
    PLACE = "calibration__assessment__enrolment_id"

    objects = EvidenceRequestQuerySet.as_manager()

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

    @property
    def can_be_answered(self) -> bool:
        is_over = self.calibration.is_released or bool(self.calibration.why_closed)
        return self.answered_at is None and not is_over


class ReleaseQuestionQuerySet(models.QuerySet["ReleaseQuestion"]):
    def unanswered(self) -> "ReleaseQuestionQuerySet":
        """Those that wait for the hub."""
        return self.filter(answered_at=None)


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
    PLACE = "release__calibration__assessment__enrolment_id"

    objects = ReleaseQuestionQuerySet.as_manager()

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

    PLACE = "evidence__enrolment_id"

    class Meta:
        ordering = ["added_at"]

    def __str__(self) -> str:
        return f"{self.evidence} for {self.criterion}"


class ImprovementMeetingQuerySet(models.QuerySet["ImprovementMeeting"]):
    def visible_to(self, user: User) -> "ImprovementMeetingQuerySet":
        """Those whose notes `user` may read: the hub all, a coach and others as chosen."""
        enrolment = "calibration__assessment__enrolment"
        of_cohort = Membership.objects.filter(user=user, cohort=OuterRef(f"{enrolment}__cohort"))
        of_organisation = Membership.objects.filter(
            Exists(Release.objects.filter(calibration=OuterRef(OuterRef("calibration")))),
            user=user,
            organisation=OuterRef(f"{enrolment}__organisation"),
        )
        coach = Review.objects.current().filter(coach=user, calibration=OuterRef("calibration"))
        readers = ImprovementMeeting.Readers
        return self.filter(
            Exists(of_cohort.filter(role=Role.HUB))
            | Q(Exists(coach), readers__in=(readers.COACHES, readers.ALL))
            | Q(
                Exists(of_organisation) | Exists(of_cohort.filter(role=Role.MODERATOR)),
                readers=readers.ALL,
            )
        )

    def with_notes_for(self, user: User) -> "ImprovementMeetingQuerySet":
        """Every meeting, with `shown_notes` only where `user` may read them (`notes_open`)."""
        open_to = ImprovementMeeting.objects.visible_to(user).filter(pk=OuterRef("pk"))
        return self.defer("notes").annotate(
            notes_open=Exists(open_to),
            shown_notes=Case(
                When(Exists(open_to), then=F("notes")), default=Value("", models.TextField())
            ),
        )


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
        "enrolment": "calibration__assessment__enrolment_id",
        "cohort": "calibration__assessment__enrolment__cohort_id",
    }
    PLACE = "calibration__assessment__enrolment_id"

    objects = ImprovementMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on"]

    def __str__(self) -> str:
        return f"Improvement meeting on {self.held_on}"
