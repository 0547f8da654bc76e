"""What is done for an objective: who, by when, with what, and what came of it."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from accelerator.models.enrolled import person
from assessments.models import Criterion, Evidence
from improvement.models.plan import Objective
from improvement.rules.actions import NEEDS_REASON, WAITING, State, is_past_due

OF_OBJECTIVE = {
    "organisation": "objective__plan__enrolment__organisation_id",
    "enrolment": "objective__plan__enrolment_id",
    "cohort": "objective__plan__enrolment__cohort_id",
}


class ActionQuerySet(models.QuerySet["Action"]):
    def standing(self) -> "ActionQuerySet":
        """Those of objectives in the plan that were not taken out."""
        return self.filter(removed_at=None, objective__removed_at=None)

    def overdue(self) -> "ActionQuerySet":
        """Those that stand and are `is_past_due`."""
        today = timezone.localdate()
        return self.standing().filter(state__in=WAITING, due_on__lt=today)


@pghistory.track()
class Action(models.Model):
    """`hours` and `money` are what it is planned to take; what it took are its `Resource`s."""

    STATES = [(state.value, state.label) for state in State]

    objective = models.ForeignKey(Objective, models.PROTECT, related_name="actions")
    title = models.CharField(max_length=200)
    outcome = models.CharField("what comes of it", max_length=300, blank=True)
    owner = person(null=True, blank=True)
    owner_name = models.CharField("somebody without an account", max_length=150, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    after_round = models.BooleanField("after this delivery round", default=False)
    is_quick_win = models.BooleanField("a quick win", default=False)
    hours = models.DecimalField(
        max_digits=6,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(9999)],
    )
    money = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    state = models.CharField(max_length=12, choices=STATES, default=State.NOT_STARTED.value)
    state_reason = models.CharField(max_length=300, blank=True)
    paused_until = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    # The criterion whose evidence is still in development: done, this action is that evidence.
    develops = models.ForeignKey(Criterion, models.PROTECT, related_name="+", null=True, blank=True)
    position = models.PositiveSmallIntegerField()
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_by = person()
    updated_at = models.DateTimeField(db_default=Now())

    objects = ActionQuerySet.as_manager()

    ACCESS = OF_OBJECTIVE
    PLACE = "objective__plan__enrolment_id"

    class Meta:
        ordering = ["objective", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="action_has_title"),
            models.CheckConstraint(
                condition=Q(owner=None) | Q(owner_name=""), name="action_has_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(due_on=None) | Q(starts_on__lte=F("due_on")),
                name="action_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(after_round=False), name="action_has_one_end"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=NEEDS_REASON) | ~Q(state_reason=""), name="action_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=State.PAUSED.value) | Q(paused_until=None),
                name="action_paused_until",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DONE.value, done_on__isnull=False)
                | ~Q(state=State.DONE.value) & Q(done_on=None),
                name="action_done_on",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def who(self) -> str:
        """Who does it, in words; "" nobody yet."""
        return str(self.owner) if self.owner else self.owner_name

    @property
    def is_past_due(self) -> bool:
        return is_past_due(self.state, self.due_on, timezone.localdate())


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class ActionEvidence(models.Model):
    """A piece of evidence that came of an action; it is there at the next assessment."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="pieces")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    added_by = person()
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["action", "evidence"], name="action_evidence_once")
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} of {self.action_id}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Resource(models.Model):
    """What an action took: hours, money, a new role, training, other staff who took part."""

    class Kind(models.TextChoices):
        TIME = "time", "Time of the team"
        ROLE = "role", "A new role"
        TRAINING = "training", "Training"
        STAFF = "staff", "Other staff took part"
        MONEY = "money", "Money"

    action = models.ForeignKey(Action, models.CASCADE, related_name="resources")
    kind = models.CharField(max_length=10, choices=Kind)
    hours = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    money = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    on = models.DateField()
    written_by = person()

    ACCESS = {scope: f"action__{path}" for scope, path in OF_OBJECTIVE.items()}
    PLACE = "action__objective__plan__enrolment_id"

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(hours=None) | Q(hours__gte=0)) & (Q(money=None) | Q(money__gte=0)),
                name="resource_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(hours=None, money=None, note=""), name="resource_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.on}"
