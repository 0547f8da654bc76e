"""What hangs off an enrolment: its own dates, busy times, profile, consents and commitment."""

from decimal import Decimal
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accelerator.models.programme import Enrolment

OF_ENROLMENT = {
    "organisation": "enrolment__organisation_id",
    "enrolment": "enrolment_id",
    "cohort": "enrolment__cohort_id",
}


def person(**options) -> models.ForeignKey:
    """Who did something; the account stays as long as what it did."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Deadline(models.Model):
    """A date of one enrolment's own, in place of its cohort's, with the reason."""

    class Phase(models.TextChoices):
        EXPLORE = "explore", "Explore"
        CALIBRATE = "calibrate", "Calibrate"
        IMPROVE = "improve", "Improve"
        REVIEW = "review", "Review"

    pgh_event_model: ClassVar[Any]

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="deadlines")
    phase = models.CharField(max_length=10, choices=Phase)
    due_on = models.DateField()
    reason = models.CharField(max_length=300)
    set_by = person()
    set_at = models.DateTimeField(db_default=Now())

    ACCESS = OF_ENROLMENT
    PLACE = "enrolment_id"

    class Meta:
        ordering = ["enrolment", "due_on"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "phase"], name="deadline_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="deadline_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()} by {self.due_on}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PeakPeriod(models.Model):
    """A time when an organisation is busy delivering; both days are part of it."""

    pgh_event_model: ClassVar[Any]

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="peak_periods")
    starts_on = models.DateField()
    ends_on = models.DateField()
    what = models.CharField(max_length=200)
    set_by = person()
    set_at = models.DateTimeField(db_default=Now())

    ACCESS = OF_ENROLMENT
    PLACE = "enrolment_id"

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="peak_period_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.starts_on} to {self.ends_on}"


@pghistory.track()
class Profile(models.Model):
    """What kind of organisation takes part, as it says itself. Nothing of it ranks anybody."""

    class ImpactFocus(models.IntegerChoices):
        """The source's four types of grantee, in its own words."""

        ALWAYS_SOCIAL_ACTION = (
            1,
            (
                "Organisations that have always had youth social action as a key component of what "
                "they do, possibly alongside other elements, and as at least part of their 'impact "
                "focus'."
            ),
        )
        YOUNG_PEOPLE = (
            2,
            (
                "Organisations that have a 'impact focus' on young people's development and "
                "wellbeing, and which have now developed a youth social action offer as a way of "
                "supporting this focus."
            ),
        )
        SOCIAL_ISSUE = (
            3,
            (
                "Organisations that have an 'impact focus' on a social issue and have "
                "traditionally used social action (carried out by adults) to make impact on this "
                "issue. They have now developed a youth-focussed offer to involve young people "
                "and make more impact in their chosen area."
            ),
        )
        NEITHER_BEFORE = (
            4,
            (
                "Organisations that don't have a historic 'impact focus' on young people's "
                "development or a track record of using social action to make an impact on their "
                "area of 'impact focus', but which have developed a youth social action offer."
            ),
        )

    class Turnover(models.TextChoices):
        UNDER_100K = "under_100k", "Under £100,000 a year"
        TO_500K = "to_500k", "£100,000 to £499,999"
        TO_1M = "to_1m", "£500,000 to £999,999"
        TO_5M = "to_5m", "£1 million to £4,999,999"
        OVER_5M = "over_5m", "£5 million or more"

    class Setting(models.TextChoices):
        COMMUNITY = "community", "In the community"
        SCHOOL = "school", "In schools or colleges"
        UNIFORMED = "uniformed", "A uniformed group"
        HEALTH = "health", "In health or care"
        SPORT_ARTS = "sport_arts", "Through sport or the arts"
        ONLINE = "online", "Mostly online"
        OTHER = "other", "Somewhere else"

    pgh_event_model: ClassVar[Any]

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="profile")
    impact_focus = models.PositiveSmallIntegerField(choices=ImpactFocus, null=True, blank=True)
    social_action_years = models.PositiveSmallIntegerField(
        "years of youth social action", null=True, blank=True, validators=[MaxValueValidator(200)]
    )
    team_size = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    turnover = models.CharField(max_length=12, choices=Turnover, blank=True)
    setting = models.CharField(max_length=12, choices=Setting, blank=True)
    updated_by = person()
    updated_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1, editable=False)

    ACCESS = OF_ENROLMENT
    PLACE = "enrolment_id"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(impact_focus=None) | Q(impact_focus__range=(1, 4)),
                name="profile_impact_focus",
            )
        ]

    def __str__(self) -> str:
        return f"Profile of {self.enrolment_id}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self) -> "ConsentQuerySet":
        """Those that hold now: given and not withdrawn."""
        return self.filter(withdrawn_at=None)


@pghistory.track()
class Consent(models.Model):
    """One consent of an enrolment's organisation; withdrawn it stays as history."""

    class Kind(models.TextChoices):
        WALL = "wall", "Our heat-map in the anonymous wall of published reports"
        QUOTES = "quotes", "Being asked whether our words may be quoted"
        CONTACT = "contact", "Being contacted by other organisations of the cohort"

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=10, choices=Kind)
    given_by = person()
    given_at = models.DateTimeField(db_default=Now())
    withdrawn_by = person(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    ACCESS = OF_ENROLMENT
    PLACE = "enrolment_id"

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(withdrawn_at=None),
                name="consent_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="consent_withdrawn_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.enrolment_id}"


@pghistory.track()
class Commitment(models.Model):
    """What the senior sponsor commits to at the start, signed; the newest one counts."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="commitments")
    lead_days_a_month = models.DecimalField(
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(31))],
    )
    lead_seniority = models.CharField(max_length=200)
    team_hours_a_month = models.PositiveSmallIntegerField(validators=[MaxValueValidator(2000)])
    signed_by = person()
    signed_at = models.DateTimeField(db_default=Now())

    ACCESS = OF_ENROLMENT
    PLACE = "enrolment_id"

    class Meta:
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lead_days_a_month__gt=0), name="commitment_lead_days"
            )
        ]

    def __str__(self) -> str:
        return f"Commitment of {self.enrolment_id}, {self.signed_at:%-d %B %Y}"
