"""Evidence, kept once for an enrolment and used by any number of its ratings."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from accelerator.models import Enrolment
from assessments.models.assessment import Practice, Rating


def evidence_path(evidence: "Evidence", _filename: str) -> str:
    """A name that says nothing of the file or its owner."""
    return f"evidence/{evidence.pk}"


VIEWERS = {
    "application/pdf": "pdf",
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/webp": "picture",
    "text/plain": "text",
    "text/markdown": "text",
    "text/csv": "text",
}


class EvidenceQuerySet(models.QuerySet):
    def kept(self) -> "EvidenceQuerySet":
        return self.filter(withdrawn_at=None)

    def bytes_used(self) -> int:
        return self.aggregate(total=models.Sum("size", default=0))["total"]


def handed_in_cohort() -> Case:
    used = EvidenceUse.objects.filter(
        evidence=OuterRef("pk"), rating__assessment__state="submitted"
    )
    return Case(When(Exists(used), then=F("enrolment__cohort_id")))


# The history leaves out what a withdrawal must be able to remove for good.
@pghistory.track(exclude=["file", "note", "url", "title", "original_name", "description"])
class Evidence(models.Model):
    """A file, a link or a note. A withdrawn one keeps its row and loses its content for good."""

    class Kind(models.TextChoices):
        FILE = "file", "File"
        LINK = "link", "Link"
        NOTE = "note", "Note"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    title = models.CharField(max_length=150)
    description = models.TextField(blank=True)
    url = models.URLField("web address", max_length=1000, blank=True)
    note = models.TextField(blank=True)
    file = models.FileField(upload_to=evidence_path, blank=True)
    original_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes; 0 for links and notes")
    sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    # Those who run a cohort see a piece once an assessment that uses it has been handed in.
    ACCESS = {"organisation": "enrolment__organisation_id", "cohort": handed_in_cohort}
    PLACE = "enrolment_id"

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(
                        kind="file",
                        url="",
                        note="",
                        withdrawn_at=None,
                        sha256__regex="^[0-9a-f]{64}$",
                    )
                    & ~Q(file="")
                )
                | (Q(kind="link", note="", file="", size=0, withdrawn_at=None) & ~Q(url=""))
                | (Q(kind="note", url="", file="", size=0, withdrawn_at=None) & ~Q(note=""))
                | Q(withdrawn_at__isnull=False, file="", url="", note="", size=0),
                name="evidence_content_of_kind",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def size_label(self) -> str:
        return filesizeformat(self.size) if self.size else ""

    @property
    def shows_as(self) -> str:
        """How the viewer shows it: pdf, picture, text, note, link, download or withdrawn."""
        if self.is_withdrawn:
            return "withdrawn"
        if self.kind != self.Kind.FILE:
            return self.kind
        return VIEWERS.get(self.media_type, "download")

    @property
    def download_url(self) -> str:
        return reverse("assessments:evidence_download", args=[self.pk])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
@pgtrigger.register(
    pgtrigger.ReadOnly(name="pinned", fields=["rating", "evidence"]),
    pgtrigger.Trigger(
        name="locked",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Insert | pgtrigger.Delete,
        declare=[("used", "bigint"), ("state", "text")],
        func="""
            used := CASE TG_OP WHEN 'DELETE' THEN OLD.rating_id ELSE NEW.rating_id END;
            SELECT a.state INTO state FROM assessments_assessment a
                JOIN assessments_rating r ON r.assessment_id = a.id WHERE r.id = used
                FOR SHARE OF a;
            IF state = 'submitted' THEN
                RAISE EXCEPTION 'the assessment of rating % is submitted and locked', used
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_locked';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        """,
    ),
)
class EvidenceUse(models.Model):
    """One piece of evidence attached to one rating, and which part of it matters there."""

    rating = models.ForeignKey(Rating, models.PROTECT, related_name="uses")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="uses")
    part = models.CharField("which part matters", max_length=300, blank=True)
    practice = models.CharField("what it shows", max_length=10, choices=Practice, blank=True)

    ACCESS = {
        "organisation": "evidence__enrolment__organisation_id",
        "cohort": Case(
            When(
                rating__assessment__state="submitted",
                then=F("rating__assessment__enrolment__cohort_id"),
            )
        ),
    }
    PLACE = "evidence__enrolment_id"

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["rating", "evidence"], name="evidence_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.evidence} for {self.rating}"

    @property
    def practice_label(self) -> str:
        return {"exists": "shows it exists", "used": "shows it is used"}.get(self.practice, "")
