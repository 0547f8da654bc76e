"""The improvement plan of an enrolment: objectives that it chose, each linked to criteria."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accelerator.models import Enrolment
from accelerator.models.enrolled import person
from assessments.models import Criterion
from calibration.models import Release

OF_PLAN = {
    "organisation": "plan__enrolment__organisation_id",
    "enrolment": "plan__enrolment_id",
    "cohort": "plan__enrolment__cohort_id",
}
MOST_LEVEL = 3


@pghistory.track()
class Plan(models.Model):
    """What an organisation wants to improve after a release, which it keeps as its source.

    The plan itself is alive; what a sponsor signs are its versions (`PlanVersion`).
    """

    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, models.PROTECT, related_name="+")
    started_by = person()
    started_at = models.DateTimeField(db_default=Now())

    ACCESS = {
        "organisation": "enrolment__organisation_id",
        "enrolment": "enrolment_id",
        "cohort": "enrolment__cohort_id",
    }
    PLACE = "enrolment_id"

    def __str__(self) -> str:
        return f"Improvement plan of {self.enrolment_id}"


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def standing(self) -> "ObjectiveQuerySet":
        """Those that were not taken out of the plan."""
        return self.filter(removed_at=None)


@pghistory.track()
class Objective(models.Model):
    """One thing to be better at, why, and how the organisation will know."""

    class Horizon(models.TextChoices):
        PROGRAMME = "programme", "Within the programme"
        MEDIUM = "medium", "Medium term, one to two years"
        LONG = "long", "Long term, three years or more"

    class Depth(models.TextChoices):
        LIGHT = "light", "Light touch"
        DEPTH = "depth", "In depth"

    class Support(models.TextChoices):
        NONE = "none", "None"
        PROCESS = "process", "With how we work on it"
        CONTENT = "content", "With what it is about"
        BOTH = "both", "With both"

    class Tag(models.TextChoices):
        THEORY = "theory", "Theory of change"
        FIDELITY = "fidelity", "Fidelity"
        ATTENDANCE = "attendance", "Attendance and attrition"
        COMMUNITY = "community", "Community benefit"
        VOICE = "voice", "Youth voice"
        EMBEDDING = "embedding", "Embedding"
        LONGITUDINAL = "longitudinal", "Longitudinal"
        OTHER = "other", "Something else"

    class Achieved(models.TextChoices):
        ALL = "all", "All of it"
        SOME = "some", "Some of it"
        NOT_YET = "not_yet", "Not yet"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="objectives")
    title = models.CharField(max_length=150)
    why = models.TextField(max_length=3000, blank=True)
    known_by = models.TextField("how you will know", max_length=3000, blank=True)
    horizon = models.CharField(max_length=10, choices=Horizon, default=Horizon.PROGRAMME)
    depth = models.CharField(max_length=6, choices=Depth, default=Depth.DEPTH)
    support = models.CharField(
        "support wanted", max_length=8, choices=Support, default=Support.NONE
    )
    tags = ArrayField(models.CharField(max_length=14, choices=Tag), default=list, blank=True)
    position = models.PositiveSmallIntegerField()
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_by = person()
    updated_at = models.DateTimeField(db_default=Now())

    objects = ObjectiveQuerySet.as_manager()

    ACCESS = OF_PLAN
    PLACE = "plan__enrolment_id"

    class Meta:
        ordering = ["plan", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="objective_has_title"),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ObjectiveCriterion(models.Model):
    """A criterion that an objective is to lift, and to which level; None where none is named."""

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="aims")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    target = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_LEVEL)]
    )

    class Meta:
        ordering = ["objective", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "criterion"], name="objective_criterion_once"
            ),
            models.CheckConstraint(
                condition=Q(target=None) | Q(target__lte=MOST_LEVEL), name="objective_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {'no target' if self.target is None else self.target}"
