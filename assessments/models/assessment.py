"""An enrolment's assessment and its ratings, one row for each criterion from the start."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, When

from accelerator.models import Enrolment
from assessments.models.framework import Criterion, Framework
from assessments.rules.rounds import BASELINE, label_of, slug_of
from assessments.scoring import is_answered

# The name under which the database refuses to change what is submitted.
LOCKED = "assessment_locked"
# A submitted assessment is locked; FOR SHARE makes a late autosave wait for a submission.
LOCKED_WHEN_SUBMITTED = """
    IF (SELECT state FROM assessments_assessment WHERE id = {row}.assessment_id FOR SHARE)
        = 'submitted'
    THEN
        RAISE EXCEPTION 'assessment % is submitted and locked', {row}.assessment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_locked';
    END IF;
    RETURN {row};
"""
# By the database, so that what the version before hands in during an upgrade is kept as well.
KEPT_AS_SUBMISSION = """
    INSERT INTO assessments_submission
        (assessment_id, number, submitted_at, submitted_by_id, ended_how, ended_reason)
    SELECT NEW.id, count(*) + 1, NEW.submitted_at, NEW.submitted_by_id, '', ''
    FROM assessments_submission WHERE assessment_id = NEW.id
    RETURNING id INTO handed_in;
    INSERT INTO assessments_submittedrating
        (submission_id, criterion_id, level, justification, evidence_state, practice,
         cannot_rate_reason, evidence)
    SELECT handed_in, rating.criterion_id, rating.level, rating.justification,
           rating.evidence_state, rating.practice, rating.cannot_rate_reason,
           ARRAY(
               SELECT used.evidence_id FROM assessments_evidenceuse used
               JOIN assessments_evidence evidence ON evidence.id = used.evidence_id
               WHERE used.rating_id = rating.id AND evidence.withdrawn_at IS NULL
               ORDER BY used.id
           )
    FROM assessments_rating rating WHERE rating.assessment_id = NEW.id ORDER BY rating.id;
    RETURN NULL;
"""


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def newest(self) -> "AssessmentQuerySet":
        """The last round of each enrolment: the one that it is in."""
        later = Assessment.objects.filter(
            enrolment=OuterRef("enrolment"), round__gt=OuterRef("round")
        )
        return self.filter(~Exists(later))

    def locked(self, pk: int) -> "Assessment":
        """The row, locked until the transaction ends, with its enrolment's names.

        Whoever locks its calibration and reviews as well locks this first.
        """
        return (
            self.select_for_update(of=["self"])
            .select_related("enrolment__organisation", "enrolment__cohort", "enrolment__programme")
            .get(pk=pk)
        )


ONLY_GIVEN_BACK = """
    IF EXISTS (SELECT FROM assessments_submission s
               WHERE s.assessment_id = NEW.id AND s.ended_at IS NULL) THEN
        RAISE EXCEPTION 'the submission of assessment % stands', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_submission_stands';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
@pgtrigger.register(
    pgtrigger.ReadOnly(name="pinned", fields=["enrolment", "framework", "round"]),
    pgtrigger.FSM(
        name="state_moves",
        field="state",
        transitions=[("draft", "submitted"), ("submitted", "draft")],
    ),
    pgtrigger.Trigger(
        name="given_back",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("state"),
        condition=pgtrigger.Q(old__state="submitted", new__state="draft"),
        func=ONLY_GIVEN_BACK,
    ),
    pgtrigger.Trigger(
        name="kept_as_submission",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("state"),
        condition=pgtrigger.Q(old__state="draft", new__state="submitted"),
        declare=[("handed_in", "bigint")],
        func=KEPT_AS_SUBMISSION,
    ),
)
class Assessment(models.Model):
    """One round of one enrolment, pinned to its framework version for ever.

    `round` counts from 1, the baseline, without limit; its names are in `rules.rounds`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being rated"
        SUBMITTED = "submitted", "Submitted"

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=BASELINE)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    started_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    # Its adviser and those who run the cohort see an assessment once it has been handed in.
    ACCESS = {
        "organisation": "enrolment__organisation_id",
        "enrolment": Case(When(state="submitted", then=F("enrolment_id"))),
        "cohort": Case(When(state="submitted", then=F("enrolment__cohort_id"))),
    }
    PLACE = "enrolment_id"

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "round"], name="assessment_once"),
            models.CheckConstraint(
                condition=Q(round__gte=BASELINE), name="assessment_round_from_1"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None, submitted_by=None)
                | Q(state="submitted", submitted_at__isnull=False, submitted_by__isnull=False),
                name="assessment_submitted_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_label} of {self.enrolment}"

    @property
    def is_baseline(self) -> bool:
        return self.round == BASELINE

    @property
    def round_label(self) -> str:
        return label_of(self.round)

    @property
    def round_slug(self) -> str:
        return slug_of(self.round)

    @property
    def is_submitted(self) -> bool:
        return self.state == self.State.SUBMITTED

    @property
    def is_open(self) -> bool:
        return not self.is_submitted and not self.enrolment.why_closed


class EvidenceState(models.TextChoices):
    ATTACHED = "attached", "Attached here"
    NOT_ATTACHED = "not_attached", "It exists, but is not attached"
    IN_DEVELOPMENT = "in_development", "We are working on it"
    NONE = "none", "There is none yet"


class Practice(models.TextChoices):
    EXISTS = "exists", "It exists"
    USED = "used", "It is used"


KEPT = Q(uses__evidence__withdrawn_at=None)  # of a rating's uses


def unanswered(prefix: str = "") -> Q:
    """Picks ratings that are not `is_answered`, at the end of a lookup's `prefix`."""
    return Q(**{f"{prefix}level": None, f"{prefix}cannot_rate_reason": ""})


class RatingQuerySet(models.QuerySet["Rating"]):
    def unanswered(self) -> "RatingQuerySet":
        """Neither a level nor a reason why none can be given: what stops a submission."""
        return self.filter(unanswered())

    def with_evidence_count(self) -> "RatingQuerySet":
        """Adds `evidence_count`, pieces that were not withdrawn."""
        return self.annotate(evidence_count=Count("uses", filter=KEPT))

    def evidence_counts(self) -> dict[int, int]:
        """The `evidence_count`s alone, by criterion id. Runs the query."""
        counted = self.annotate(evidence_count=Count("uses", filter=KEPT))
        return dict(counted.values_list("criterion", "evidence_count"))

    def with_evidence(self) -> "RatingQuerySet":
        """Adds `evidence_count` and the uses with their evidence. Two queries more."""
        return self.with_evidence_count().prefetch_related("uses__evidence")

    def by_criterion(self) -> "dict[int, Rating]":
        """The ratings by criterion id. Runs the query."""
        return {rating.criterion_id: rating for rating in self}


@pghistory.track()
@pgtrigger.register(
    pgtrigger.Trigger(
        name="locked",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Insert,
        func=LOCKED_WHEN_SUBMITTED.format(row="NEW"),
    ),
    pgtrigger.ReadOnly(name="pinned", fields=["assessment", "criterion"]),
    pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
)
class Rating(models.Model):
    """How confident an organisation is on one criterion. `level` null is "not rated", never 0.

    `version` grows by one with every save; a save says which version it was read at.
    """

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="ratings")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    justification = models.TextField(blank=True)
    evidence_state = models.CharField(max_length=15, choices=EvidenceState, blank=True)
    practice = models.CharField(max_length=10, choices=Practice, blank=True)
    cannot_rate_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now_add=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    # The model of each version of a row, which pghistory makes at start: no type has its fields.
    pgh_event_model: ClassVar[Any]

    ACCESS = {
        "organisation": "assessment__enrolment__organisation_id",
        "enrolment": Case(When(assessment__state="submitted", then=F("assessment__enrolment_id"))),
        "cohort": Case(
            When(
                assessment__state="submitted",
                then=F("assessment__enrolment__cohort_id"),
            )
        ),
    }
    PLACE = "assessment__enrolment_id"

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="rating_once"),
            models.CheckConstraint(
                condition=Q(level=None) | Q(cannot_rate_reason=""),
                name="rating_level_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {'not rated' if self.level is None else self.level}"

    @property
    def is_answered(self) -> bool:
        return is_answered(self.level, self.cannot_rate_reason)
