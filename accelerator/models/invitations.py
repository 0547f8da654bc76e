"""Invitations: a role offered to an address, taken up by whoever holds the letter's token."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from accelerator.models.people import SCOPES, Placed, role_matches_scope


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Neither accepted nor revoked; some may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def open(self) -> "InvitationQuerySet":
        """Those that can be accepted now, by the database's clock."""
        return self.waiting().filter(expires_at__gt=Now())


@pghistory.track()
class Invitation(Placed):
    """`token_hash` is the SHA-256 of the newest letter's token; the token itself is never kept."""

    DAYS = 7

    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=150, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    invited_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(db_default=Now(), help_text="The newest letter")
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    ACCESS = {
        "organisation": "organisation_id",
        "enrolment": "enrolment_id",
        "cohort": "cohort_id",
        "institution": "institution_id",
        "match_funder": "match_funder_id",
    }
    PLACE = "enrolment_id"

    class Meta:
        ordering = ["-invited_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=role_matches_scope(), name="invitation_role_scope"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
                name="invitation_accepted_or_revoked",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="invitation_expires_later"
            ),
            models.UniqueConstraint(
                Lower("email"),
                "role",
                *SCOPES,
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_waits_once",
                nulls_distinct=False,
            ),
        ]

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def why_closed(self) -> str:
        """Why it cannot be accepted, in a sentence; "" while it can."""
        if self.accepted_at:
            return "This invitation was accepted already."
        if self.revoked_at:
            return "This invitation was taken back. Ask whoever invited you."
        if self.has_expired:
            return "This invitation has expired. Ask whoever invited you to send it again."
        return ""

    @property
    def place_name(self) -> str:
        """What a letter calls the place: of an enrolment, the organisation."""
        return str(self.enrolment.organisation if self.enrolment else self.where)

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()} of {self.where}"
