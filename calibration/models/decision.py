"""What a criterion's calibrated level is, who settled it, and in whose words it is explained."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Criterion
from calibration.models.calibration import Calibration
from calibration.models.review import Cause, Review

LOCKED_WHEN_RELEASED = """
    IF EXISTS (SELECT 1 FROM calibration_release
        WHERE calibration_id = {row}.calibration_id AND version = {row}.version)
    THEN
        RAISE EXCEPTION 'version % of calibration % is released and locked',
            {row}.version, {row}.calibration_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_locked';
    END IF;
    RETURN {row};
"""


@pghistory.track()
@pgtrigger.register(
    pgtrigger.Trigger(
        name="locked",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Insert,
        func=LOCKED_WHEN_RELEASED.format(row="NEW"),
    ),
    pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
)
class Decision(models.Model):
    """The calibrated level of one criterion in one version, with commentary and its cause.

    `level` null: it could not be judged, and `rationale` says why. `inputs` is the hash of all
    that it was decided from; when that changes, the decision is stale.
    """

    class Method(models.TextChoices):
        CONFIRMED = "confirmed", "The coaches chose the same level"
        MODERATED = "moderated", "A moderator settled it"
        COACHES = "coaches", "The coaches settled it together"

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="decisions")
    version = models.PositiveSmallIntegerField()
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    method = models.CharField(max_length=10, choices=Method)
    commentary = models.TextField(blank=True)
    lift = models.TextField("what would lift it one level", blank=True)
    cause = models.CharField(max_length=12, choices=Cause, blank=True)
    rationale = models.TextField(blank=True)
    inputs = models.CharField(max_length=64)
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    row_version = models.PositiveIntegerField(default=0)

    # Told by `calibration.desk.queries.inputs.decisions_of`, and by nothing else.
    is_stale: bool

    class Meta:
        ordering = ["calibration", "version", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["calibration", "version", "criterion"], name="decision_once"
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=False) | ~Q(rationale=""), name="decision_level_or_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}, version {self.version} of {self.calibration}"


@pgtrigger.register(
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
)
class StaleNotice(models.Model):
    """Moderators were told that a decision, as it stood in `row_version`, went stale: once."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="+")
    row_version = models.PositiveIntegerField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "row_version"], name="stale_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.decision}, told {self.told_at}"


@pgtrigger.register(
    pgtrigger.Trigger(
        name="locked",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Insert | pgtrigger.Delete,
        declare=[("whose", "bigint")],
        func="""
            whose := CASE TG_OP WHEN 'DELETE' THEN OLD.decision_id ELSE NEW.decision_id END;
            IF EXISTS (SELECT 1 FROM calibration_release r JOIN calibration_decision d
                ON d.calibration_id = r.calibration_id AND d.version = r.version
                WHERE d.id = whose)
            THEN
                RAISE EXCEPTION 'the commentary of decision % is released and locked', whose
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'commentary_part_locked';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        """,
    )
)
class CommentaryPart(models.Model):
    """A piece of a decision's commentary and whose words it is; `review` null: the moderator's."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    review = models.ForeignKey(Review, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    edited = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "position"], name="part_position_once")
        ]

    def __str__(self) -> str:
        return self.text


@pgtrigger.register(
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
)
class Proposal(models.Model):
    """A level and words that one coach offers the other; `content` is the hash both sign."""

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="proposals")
    version = models.PositiveSmallIntegerField()
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    commentary = models.TextField(blank=True)
    lift = models.TextField(blank=True)
    cause = models.CharField(max_length=12, choices=Cause, blank=True)
    content = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(Review, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level} by {self.proposed_by}"


@pgtrigger.register(
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
)
class Signature(models.Model):
    """A coach's signature under the very content that was shown to them."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="signatures")
    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    content = models.CharField(max_length=64)
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "review"], name="signature_once")
        ]

    def __str__(self) -> str:
        return f"{self.review} under {self.proposal}"
