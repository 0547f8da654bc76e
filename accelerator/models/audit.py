"""Who did what, when: one append-only row for each change of state."""

import pgtrigger
from django.conf import settings
from django.db import models


@pgtrigger.register(
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
)
class AuditEvent(models.Model):
    """`target` is "app.model:pk"; `data` holds no level, no words of a review and no secret."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=100, db_index=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
