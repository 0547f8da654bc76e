"""The programme: cohorts, and the organisations enrolled in them with one programme each."""

from datetime import date

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format

from accelerator.models.people import Institution, MatchFunder, Organisation

SMALLEST_GROUP = 5


class CohortQuerySet(models.QuerySet):
    def with_active(self) -> "CohortQuerySet":
        """Adds `enrolled`, and of these `active`, `paused` and `withdrawn`."""
        return self.annotate(
            enrolled=models.Count("enrolments", distinct=True),
            **{
                state: models.Count("enrolments", filter=Q(enrolments__state=state), distinct=True)
                for state in Enrolment.State.values
            },
        )


@pghistory.track()
@pgtrigger.register(
    pgtrigger.Protect(
        name="smallest_group_only_rises",
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(
            old__published_at__isnull=False,
            new__smallest_group__lt=pgtrigger.F("old__smallest_group"),
        ),
    )
)
class Cohort(models.Model):
    """A group of organisations that goes through the twelve months together.

    `smallest_group` organisations at least stand behind every figure that leaves the hub; once
    something was published it can only rise, so that no two reports can be set against each other.
    """

    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    starts_on = models.DateField()
    explore_due = models.DateField(help_text="Self-assessments are due")
    calibrate_due = models.DateField(help_text="Calibrated frameworks are due")
    improve_due = models.DateField(help_text="Improvement plans are due")
    review_due = models.DateField(help_text="Re-assessments are due")
    is_synthetic = models.BooleanField("invented data, labelled so everywhere", default=False)
    aims = models.TextField(blank=True)
    safeguarding_contact = models.TextField(blank=True)
    smallest_group = models.PositiveSmallIntegerField(default=SMALLEST_GROUP)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_on = models.DateField(null=True, blank=True)
    institutions = models.ManyToManyField(Institution, related_name="cohorts", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CohortQuerySet.as_manager()

    ACCESS = {"cohort": "pk"}

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("explore_due"))
                & Q(explore_due__lte=F("calibrate_due"))
                & Q(calibrate_due__lte=F("improve_due"))
                & Q(improve_due__lte=F("review_due")),
                name="cohort_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(smallest_group__gte=SMALLEST_GROUP), name="cohort_smallest_group"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def why_not_for(self, group: int) -> str:
        """Why figures cannot be shown for groups of that size, in a sentence; "" where they can."""
        if self.published_at is None or group >= self.smallest_group:
            return ""
        return (
            f"Figures of this cohort were published for groups of {self.smallest_group} or more, "
            "so it can only be raised."
        )

    @property
    def has_ended(self) -> bool:
        """Whether the hub has closed it: nobody is invited or enrolled any more."""
        return self.closed_on is not None


class Programme(models.Model):
    """One programme, or one discrete part, of an organisation's work with young people."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="programmes")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    AUDITED = {"organisation": "organisation_id"}

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="programme_name_unique"),
            models.UniqueConstraint(fields=["id", "organisation"], name="programme_organisation"),
        ]

    def __str__(self) -> str:
        return self.name


def still_open(prefix: str = "") -> Q:
    """Picks the enrolments that are not `why_closed`, at the end of a lookup's `prefix`."""
    return Q(
        **{f"{prefix}state": Enrolment.State.ACTIVE, f"{prefix}cohort__closed_on__isnull": True}
    )


@pghistory.track()
class Enrolment(models.Model):
    """A cohort, an organisation and one programme of its work. Everything else hangs off it.

    A foreign key of the database keeps the programme the organisation's own
    (migration 0002_enrolment_programme_of_organisation).
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="enrolments")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments")
    match_funders = models.ManyToManyField(
        MatchFunder, through="accelerator.EnrolmentFunder", related_name="enrolments", blank=True
    )
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    paused_on = models.DateField(null=True, blank=True)
    paused_reason = models.CharField(max_length=300, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    ACCESS = {"organisation": "organisation_id", "enrolment": "pk", "cohort": "cohort_id"}
    PLACE = "pk"

    class Meta:
        ordering = ["cohort", "organisation__name"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "organisation"], name="enrolment_once"),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_on__isnull=False)
                | Q(withdrawn_on=None) & ~Q(state="withdrawn"),
                name="enrolment_withdrawn_on",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_on__isnull=False)
                | Q(paused_on=None) & ~Q(state="paused"),
                name="enrolment_paused_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.programme} ({self.cohort})"

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def why_closed(self) -> str:
        """Why nothing is written or decided here any more, in a sentence; "" while it is.

        Whatever was written stays readable. Asks for the cohort.
        """
        if self.withdrawn_on is not None:
            return f"This organisation left the cohort on {_day(self.withdrawn_on)}."
        if self.cohort.closed_on is not None:
            return f"This cohort ended on {_day(self.cohort.closed_on)}."
        if self.paused_on is not None:
            return f"This organisation’s part has been paused since {_day(self.paused_on)}."
        return ""


def _day(day: date) -> str:
    return date_format(day, "j F Y")


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class EnrolmentFunder(models.Model):
    """A match funder that puts its money beside the fund's for one enrolment."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="+")
    match_funder = models.ForeignKey(MatchFunder, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "match_funder"], name="enrolment_funder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.match_funder}: {self.enrolment_id}"
