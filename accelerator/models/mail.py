"""The outbox: mail is a row first, so that it is sent if, and only if, its change was saved."""

from django.db import models
from django.db.models.functions import Now


class OutgoingMail(models.Model):
    """One message to one person. `key` makes asking twice for the same mail harmless."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    key = models.CharField(max_length=150, unique=True, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="mail_waiting",
                condition=models.Q(sent_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
