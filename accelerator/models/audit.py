"""Who did what, when: one append-only row for each change of state."""

import pgtrigger
from django.conf import settings
from django.db import models

from accelerator.models.people import Organisation
from accelerator.models.programme import Cohort


def outlived(to: type[models.Model] | str) -> models.ForeignKey:
    """What may go while the event stays, with its number."""
    return models.ForeignKey(
        to, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )


@pgtrigger.register(
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
)
class AuditEvent(models.Model):
    """`target` is "app.model:pk"; `data` holds no level, no words of a review and no secret.

    `cohort` and `organisation` say where the target belonged (`accelerator.core.places`); what
    concerns an organisation as a whole has no cohort.
    """

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
    cohort = outlived(Cohort)
    organisation = outlived(Organisation)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["cohort", "-id"], name="audit_of_cohort"),
            models.Index(fields=["organisation", "-id"], name="audit_of_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
