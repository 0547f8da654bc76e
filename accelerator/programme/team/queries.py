"""An enrolment's people and the invitations that wait, as its page shows them."""

import hashlib

from django.conf import settings
from django.db.models import Case, Model, Q, QuerySet, Value, When
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string

from accelerator.models import (
    Cohort,
    Enrolment,
    Invitation,
    Membership,
    Organisation,
    Role,
    User,
)
from accelerator.models.invitations import InvitationQuerySet
from accelerator.programme.team.access import TEAM


def at(enrolment: Enrolment) -> Q:
    """Roles at the enrolment's organisation, and at the enrolment itself."""
    return Q(organisation=enrolment.organisation_id) | Q(enrolment=enrolment)


def people_of(enrolment: Enrolment) -> QuerySet[Membership]:
    """Who holds a role there, the lead first, then by name."""
    order = [Role.LEAD, *TEAM, Role.ADVISER]
    rank = Case(*(When(role=role, then=Value(n)) for n, role in enumerate(order)))
    found = Membership.objects.filter(at(enrolment)).select_related("user")
    return found.order_by(rank, "user__name", "pk")


def invitations_to(enrolment: Enrolment) -> InvitationQuerySet:
    """Those that wait for somebody, the newest first; some may have expired."""
    return Invitation.objects.waiting().filter(at(enrolment)).order_by("-sent_at", "pk")


def successors(enrolment: Enrolment) -> QuerySet[Membership]:
    """Those of the organisation to whom the lead may be handed over."""
    team = Membership.objects.filter(
        organisation=enrolment.organisation_id, role__in=TEAM, user__is_active=True
    ).exclude(role=Role.SPONSOR)
    return team.select_related("user").order_by("user__name", "pk")


def digest(token: str) -> str:
    """What is kept of a letter's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_of(token: str) -> Invitation:
    """The invitation whose newest letter held `token`, whatever became of it. Raises Http404."""
    places = ("organisation", "enrolment__cohort", "enrolment__organisation", "cohort")
    found = Invitation.objects.select_related("invited_by", *places, "institution", "match_funder")
    return get_object_or_404(found, token_hash=digest(token))


def account_of(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def holds(email: str, role: str, place: dict) -> bool:
    """Whether the person of that address has the role there."""
    return Membership.objects.filter(user__email__iexact=email, role=role, **place).exists()


def why_nobody_comes(place: Model) -> str:
    """Why nobody is invited to a place or comes into it any more; "" where somebody may.

    An organisation that still takes part somewhere may bring people in.
    """
    if isinstance(place, Cohort):
        return "This cohort has ended." if place.has_ended else ""
    if isinstance(place, Enrolment):
        return place.why_closed
    if not isinstance(place, Organisation):
        return ""
    closed = [one.why_closed for one in place.enrolments.select_related("cohort")]
    return closed[0] if closed and all(closed) else ""


def why_not_adviser(person: User | None, enrolment: Enrolment) -> str:
    """What an upper app says against somebody as its adviser (settings.ADVISER_BAR); "" nothing."""
    return import_string(settings.ADVISER_BAR)(person, enrolment) if person else ""


def why_not_moderator(person: User | None, cohort: Cohort) -> str:
    """That somebody advises an organisation of a cohort, which keeps them from it; "" if none."""
    advised = Enrolment.objects.filter(
        cohort=cohort, membership__user=person, membership__role=Role.ADVISER
    )
    found = advised.select_related("organisation").first() if person else None
    return f"{person} advises {found.organisation}, so cannot be its moderator." if found else ""
