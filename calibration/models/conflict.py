"""Ties between people and organisations, which keep them from calibrating."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accelerator.models import Organisation


class ConflictQuerySet(models.QuerySet["ConflictOfInterest"]):
    def standing(self) -> "ConflictQuerySet":
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


class ConflictOfInterest(models.Model):
    """A person's declared tie to an organisation; while it stands they do not calibrate it.

    `declared_by` null: they said it themselves. One that was lifted stays, with who lifted it and
    why; a tie declared again is a new row.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    declared_at = models.DateTimeField(auto_now_add=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_reason = models.CharField(max_length=300, blank=True)

    objects = ConflictQuerySet.as_manager()

    AUDITED = {"organisation": "organisation_id"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(lifted_at=None),
                name="conflict_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_reason="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_reason=""),
                name="conflict_lifted_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} and {self.organisation}"

    @property
    def stands(self) -> bool:
        return self.lifted_at is None
