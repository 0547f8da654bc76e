"""Which evidence persuaded a coach."""

from django.db import models

from assessments.models import Evidence
from calibration.models.review import ReviewRating


class Spotlight(models.Model):
    """A piece of evidence that persuaded a coach, and which passage of it."""

    rating = models.ForeignKey(ReviewRating, models.CASCADE, related_name="spotlights")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    passage = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["rating", "evidence"], name="spotlight_once")
        ]

    def __str__(self) -> str:
        return f"{self.evidence}: {self.passage}"
