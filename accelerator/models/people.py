"""People, the bodies they belong to, and the roles they hold there."""

import pghistory
from django.apps import apps
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

DEMO_DOMAIN = "demo.example"
RECOVERY_CODES = "recovery_codes"  # the type of allauth.mfa's Authenticator
SESSION_SALT = "accelerator.models.User.session"


def second_factors() -> models.QuerySet:
    """Anybody's authenticator apps and passkeys; recovery codes alone are none."""
    return apps.get_model("mfa", "Authenticator")._default_manager.exclude(type=RECOVERY_CODES)


class UserQuerySet(models.QuerySet["User"]):
    def holding(self, *roles: str, **place) -> "UserQuerySet":
        """Those who hold one of `roles` at `place` (organisation, cohort, …), by their ids."""
        held = Membership.objects.filter(role__in=roles, **place)
        return self.filter(pk__in=held.values("user")).order_by("pk")


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def holding(self, *roles: str, **place) -> UserQuerySet:
        return self.get_queryset().holding(*roles, **place)

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, named by their e-mail address."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150)
    is_staff = models.BooleanField("may use the admin site", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    # Part of what a session is checked against: one more ends every session of this person.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def reads_others(self) -> bool:
        """Whether this person's work is to read what other organisations wrote."""
        return self.memberships.filter(role__in=TRUSTED_ROLES).exists()

    @cached_property
    def has_second_factor(self) -> bool:
        return second_factors().filter(user=self).exists()

    @property
    def is_trusted(self) -> bool:
        """Whether much is lost with this account: another's work, or the site itself."""
        return self.is_staff or self.is_superuser or self.reads_others

    @property
    def is_demonstration(self) -> bool:
        """An account of the demonstration, whose password is published."""
        return settings.DEMO_MODE and self.email.endswith(f"@{DEMO_DOMAIN}")

    @property
    def needs_second_factor(self) -> bool:
        return self.is_trusted and not self.is_demonstration

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        key = f"{self.password}:{self.sessions_ended}"
        return salted_hmac(SESSION_SALT, key, secret=secret, algorithm="sha256").hexdigest()


class Named(models.Model):
    name = models.CharField(max_length=200, unique=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Organisation(Named):
    """An organisation that works with young people."""

    AUDITED = {"organisation": "pk"}


class MatchFunder(Named):
    """A funder that puts its own money beside the fund's and reads its cohorts' insights."""


class Institution(Named):
    """A coach's home. The two coaches of one assessment come from two institutions."""


class Role(models.TextChoices):
    LEAD = "lead", "Project lead"
    DEPUTY = "deputy", "Deputy lead"
    MEMBER = "member", "Team member"
    READER = "reader", "Reader"
    SPONSOR = "sponsor", "Senior sponsor"
    ADVISER = "adviser", "Adviser"
    HUB = "hub", "Learning Hub staff"
    MODERATOR = "moderator", "Moderator"
    COACH = "coach", "Coach"
    FUNDER = "funder", "Match funder"


SCOPES = ("organisation", "enrolment", "cohort", "institution", "match_funder")
SCOPE_OF = {
    Role.LEAD: "organisation",
    Role.DEPUTY: "organisation",
    Role.MEMBER: "organisation",
    Role.READER: "organisation",
    Role.SPONSOR: "organisation",
    Role.ADVISER: "enrolment",
    Role.HUB: "cohort",
    Role.MODERATOR: "cohort",
    Role.COACH: "institution",
    Role.FUNDER: "match_funder",
}
# Who reads what other organisations wrote.
TRUSTED_ROLES = frozenset({Role.HUB, Role.MODERATOR, Role.COACH, Role.ADVISER})
# Whose own work an assessment is.
OWN_ROLES = frozenset(role for role, scope in SCOPE_OF.items() if scope == "organisation")
# Who starts, submits and answers for an organisation, and invites its people.
LEADING = frozenset({Role.LEAD, Role.DEPUTY})
# Who reads an organisation's work once it is handed in, from outside it.
BESIDE = frozenset({Role.HUB, Role.ADVISER})


def role_matches_scope() -> models.Q:
    """The constraint: a role is held on exactly one body, of the kind that role belongs to."""
    condition = models.Q()
    for scope in SCOPES:
        only = {f"{other}__isnull": other != scope for other in SCOPES}
        condition |= models.Q(role__in=[r.value for r in Role if SCOPE_OF[r] == scope], **only)
    return condition


class Placed(models.Model):
    """A role on exactly one body, of the kind that the role belongs to."""

    role = models.CharField(max_length=12, choices=Role)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True)
    enrolment = models.ForeignKey("accelerator.Enrolment", models.CASCADE, null=True, blank=True)
    cohort = models.ForeignKey("accelerator.Cohort", models.CASCADE, null=True, blank=True)
    institution = models.ForeignKey(Institution, models.CASCADE, null=True, blank=True)
    match_funder = models.ForeignKey(MatchFunder, models.CASCADE, null=True, blank=True)
    job_role = models.CharField(max_length=150, blank=True)

    AUDITED = {
        "enrolment": "enrolment_id",
        "organisation": "organisation_id",
        "cohort": "cohort_id",
    }

    class Meta:
        abstract = True

    @property
    def where(self) -> "models.Model":
        return getattr(self, SCOPE_OF[Role(self.role)])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def leads(self) -> "MembershipQuerySet":
        """The project leads who can still sign in, by name, each with the person."""
        found = self.filter(role=Role.LEAD, user__is_active=True)
        return found.select_related("user").order_by("user__name", "pk")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(Placed):
    """One role of one person on one organisation, enrolment, cohort, institution or funder."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=role_matches_scope(), name="membership_role_scope"),
            models.UniqueConstraint(
                fields=["user", "role", *SCOPES],
                name="membership_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.where}"
