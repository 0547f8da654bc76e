"""The programme: cohorts, and the organisations enrolled in them with one programme each."""

import pghistory
from django.db import models

from accelerator.models.people import MatchFunder, Organisation


class CohortQuerySet(models.QuerySet):
    def with_active(self) -> "CohortQuerySet":
        """Adds `active`, how many enrolments are."""
        active = models.Q(enrolments__state=Enrolment.State.ACTIVE)
        return self.annotate(active=models.Count("enrolments", filter=active, distinct=True))


class Cohort(models.Model):
    """A group of organisations that goes through the twelve months together."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    starts_on = models.DateField()
    explore_due = models.DateField(help_text="Self-assessments are due")
    calibrate_due = models.DateField(help_text="Calibrated frameworks are due")
    improve_due = models.DateField(help_text="Improvement plans are due")
    review_due = models.DateField(help_text="Re-assessments are due")
    is_synthetic = models.BooleanField("invented data, labelled so everywhere", default=False)

    objects = CohortQuerySet.as_manager()

    ACCESS = {"cohort": "pk"}

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("explore_due"))
                & models.Q(explore_due__lte=models.F("calibrate_due"))
                & models.Q(calibrate_due__lte=models.F("improve_due"))
                & models.Q(improve_due__lte=models.F("review_due")),
                name="cohort_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """One programme, or one discrete part, of an organisation's work with young people."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="programmes")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="programme_name_unique"),
            models.UniqueConstraint(fields=["id", "organisation"], name="programme_organisation"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Enrolment(models.Model):
    """A cohort, an organisation and one programme of its work. Everything else hangs off it.

    A foreign key of the database keeps the programme the organisation's own
    (migration 0002_enrolment_programme_of_organisation).
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        WITHDRAWN = "withdrawn", "Withdrawn"

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="enrolments")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments")
    match_funder = models.ForeignKey(
        MatchFunder, models.PROTECT, related_name="enrolments", null=True, blank=True
    )
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    ACCESS = {"organisation": "organisation_id", "enrolment": "pk", "cohort": "cohort_id"}
    PLACE = "pk"

    class Meta:
        ordering = ["cohort", "organisation__name"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "organisation"], name="enrolment_once"),
            models.CheckConstraint(
                condition=models.Q(state="active", withdrawn_on=None)
                | models.Q(state="withdrawn", withdrawn_on__isnull=False),
                name="enrolment_withdrawn_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.programme} ({self.cohort})"

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE
