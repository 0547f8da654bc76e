"""Who works for a cohort: its hub, moderators, coaches and match funders, and who is invited."""

from django.db.models import Case, Q, QuerySet, Value, When

from accelerator.models import Cohort, Invitation, MatchFunder, Membership, Role, User
from accelerator.models.invitations import InvitationQuerySet
from accelerator.programme.cohorts.queries.institutions import institutions_of

# In the order of the page.
ROLES = (Role.HUB, Role.MODERATOR, Role.COACH, Role.FUNDER)
# Hub staff come from administrators.
INVITED = (Role.MODERATOR, Role.COACH, Role.FUNDER)


def funders_of(cohort: Cohort) -> QuerySet[MatchFunder]:
    """Those that put money beside the fund's for one of its enrolments, by name."""
    return MatchFunder.objects.filter(enrolments__cohort=cohort).distinct().order_by("name")


def at(cohort: Cohort) -> Q:
    """Roles at the cohort, at the institutions whose coaches it asks, at its match funders."""
    return (
        Q(role__in=(Role.HUB, Role.MODERATOR), cohort=cohort)
        | Q(role=Role.COACH, institution__in=institutions_of(cohort).order_by())
        | Q(role=Role.FUNDER, match_funder__in=funders_of(cohort).order_by())
    )


def people_of(cohort: Cohort) -> QuerySet[Membership]:
    """Who holds a role for the cohort, its hub first, then by name. Two queries."""
    rank = Case(*(When(role=role, then=Value(n)) for n, role in enumerate(ROLES)))
    found = Membership.objects.filter(at(cohort)).select_related(
        "user", "cohort", "institution", "match_funder"
    )
    return found.order_by(rank, "user__name", "pk")


def moderators_of(cohort: Cohort) -> QuerySet[User]:
    """Those who can still sign in, by name."""
    found = User.objects.holding(Role.MODERATOR, cohort=cohort).filter(is_active=True)
    return found.order_by("name", "pk")


def moderates(cohort: Cohort) -> QuerySet[Membership]:
    """The moderators' roles: those that the hub may end."""
    return Membership.objects.filter(role=Role.MODERATOR, cohort=cohort).select_related("user")


def invitations_to(cohort: Cohort) -> InvitationQuerySet:
    """Those that wait for somebody, the newest first; some may have expired. Two queries."""
    waiting = Invitation.objects.waiting().filter(at(cohort))
    return waiting.select_related("cohort", "institution", "match_funder").order_by(
        "-sent_at", "pk"
    )


def own_invitations(cohort: Cohort) -> InvitationQuerySet:
    """Of those, the ones that the hub may send again or take back."""
    return invitations_to(cohort).filter(role__in=INVITED)
