"""What a release says of each criterion in numbers: what SQL counts. Its words are the snapshot."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from assessments.models import Criterion
from calibration.models.calibration import Release
from calibration.rules.levels import Change

CHANGES = (
    (Change.MARK_DOWN.value, "Mark-down"),
    (Change.MARK_UP.value, "Mark-up"),
    (Change.UNCHANGED.value, "Unchanged"),
    (Change.NOT_COMPARABLE.value, "Not comparable"),
)


@pgtrigger.register(
    pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete),
)
class ReleasedLevel(models.Model):
    """A criterion's released level and the organisation's own; null is "not rated", never 0.

    Written with its release, one row a criterion, and never changed. Who may read it is whoever
    may read the release.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="levels")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    self_level = models.PositiveSmallIntegerField(null=True)
    change = models.CharField(max_length=14, choices=CHANGES)

    class Meta:
        ordering = ["release", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["release", "criterion"], name="released_level_once"),
            models.CheckConstraint(
                condition=Q(change=Change.NOT_COMPARABLE.value)
                & (Q(level=None) | Q(self_level=None))
                | Q(level__isnull=False, self_level__isnull=False)
                & (
                    Q(change=Change.MARK_DOWN.value, level__lt=F("self_level"))
                    | Q(change=Change.MARK_UP.value, level__gt=F("self_level"))
                    | Q(change=Change.UNCHANGED.value, level=F("self_level"))
                ),
                name="released_level_change_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {'not rated' if self.level is None else self.level}"
