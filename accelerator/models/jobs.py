"""Long work that leaves a file: asked for, watched, cancelled, retried, downloaded."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat

from accelerator.models.programme import Cohort, Enrolment


def job_path(job: "ReportJob", _filename: str) -> str:
    return f"reports/{job.pk}/{uuid.uuid4()}"


class ReportJob(models.Model):
    """One asked-for report. `params` says of what; `kind` names the task that makes it.

    `run` counts the tries: a worker holds the job only while `run` is the one it claimed.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to start"
        RUNNING = "running", "Being made"
        DONE = "done", "Ready"
        FAILED = "failed", "Could not be made"
        CANCELLED = "cancelled", "Cancelled"
        REMOVED = "removed", "Removed"

    OPEN = (State.QUEUED, State.RUNNING)
    ENDED_WITHOUT_FILE = (State.FAILED, State.CANCELLED, State.REMOVED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, null=True, related_name="+")
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    run = models.PositiveSmallIntegerField(default=0)
    task_id = models.CharField(max_length=60, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    progress_text = models.CharField(max_length=200, blank=True)
    touched_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to=job_path, blank=True)
    filename = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    # `enrolment` opens a job to that organisation's people, `cohort` to those who run the cohort.
    ACCESS = {"organisation": "enrolment__organisation_id", "cohort": "cohort_id"}
    PLACE = "enrolment_id"

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(state="done") & ~models.Q(file=""))
                | (~models.Q(state="done") & models.Q(file="")),
                name="job_done_has_file",
            ),
            models.CheckConstraint(
                condition=models.Q(progress__lte=100), name="job_progress_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_removed(self) -> bool:
        return self.state == self.State.REMOVED

    @property
    def can_retry(self) -> bool:
        return self.state in self.ENDED_WITHOUT_FILE

    @property
    def size_label(self) -> str:
        return filesizeformat(self.size)
