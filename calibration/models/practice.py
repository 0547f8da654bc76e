"""Practice cases: exemplars with a settled level, for coaches to try themselves on."""

from django.conf import settings
from django.db import models

from assessments.models import Criterion


class PracticeCase(models.Model):
    """An invented claim and its evidence, with the level the hub settled on, and why."""

    slug = models.SlugField(unique=True)
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    title = models.CharField(max_length=150)
    self_level = models.PositiveSmallIntegerField()
    justification = models.TextField()
    evidence = models.TextField()
    settled_level = models.PositiveSmallIntegerField()
    rationale = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title


class PracticeAttempt(models.Model):
    """A coach's private answer to a case. Only they see it; the hub sees that it was done."""

    case = models.ForeignKey(PracticeCase, models.CASCADE, related_name="attempts")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.coach}: {self.case}"
