"""What a senior sponsor signs: numbered versions of a plan, frozen when they are handed over."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from accelerator.models.enrolled import person
from improvement.models.plan import OF_PLAN, Plan
from improvement.rules.signing import DECIDED, STANDING, State


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def standing(self) -> "PlanVersionQuerySet":
        """The approved one, if any: the plan as it holds."""
        return self.filter(state=STANDING)

    def waiting(self) -> "PlanVersionQuerySet":
        """The one that lies with the sponsor, if any."""
        return self.filter(state=State.SUBMITTED.value)


@pghistory.track()
@pgtrigger.register(
    pgtrigger.ReadOnly(
        name="signed_stays",
        fields=["plan", "number", "frozen", "submitted_by", "submitted_at"],
    ),
    pgtrigger.Protect(name="versions_stay", operation=pgtrigger.Delete),
)
class PlanVersion(models.Model):
    """`frozen`: {"objectives": [...]} as `improvement.rules.frozen` reads it."""

    STATES = [(state.value, state.label) for state in State]

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=STATES, default=State.SUBMITTED.value)
    frozen = models.JSONField()
    note = models.TextField("what is new, for the sponsor", max_length=3000, blank=True)
    submitted_by = person()
    submitted_at = models.DateTimeField()
    decided_by = person(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(max_length=3000, blank=True)
    ended_by = person(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(max_length=3000, blank=True)
    acknowledged_by = person(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    objects = PlanVersionQuerySet.as_manager()

    ACCESS = OF_PLAN
    PLACE = "plan__enrolment_id"

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state=State.SUBMITTED.value), name="plan_waits_once"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state=STANDING), name="plan_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_by__isnull=False, decided_at__isnull=False)
                | ~Q(state__in=DECIDED) & Q(decided_by=None, decided_at=None),
                name="plan_version_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("submitted_by")),
                name="plan_version_not_ones_own",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.RETURNED.value) | ~Q(comment=""),
                name="plan_version_returned_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REVOKED.value) | ~Q(ended_reason=""),
                name="plan_version_revoked_why",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}, {self.get_state_display().lower()}"
