"""Who brings people into an organisation's team, and how its page is fetched."""

from accelerator.core.access import get_for
from accelerator.models import Enrolment, Role, User
from accelerator.models.people import LEADING

ENROLMENTS = Enrolment.objects.select_related("organisation", "programme", "cohort")
TEAM = (Role.DEPUTY, Role.MEMBER, Role.READER, Role.SPONSOR)


def team_for(user: User, pk: int, action: str) -> Enrolment:
    """The enrolment whose people are asked for."""
    return get_for(user, ENROLMENTS.all(), action, pk=pk)


def may_bring_in(roles: frozenset[str]) -> tuple[Role, ...]:
    """The roles into which somebody with `roles` at an enrolment may invite."""
    if Role.HUB in roles:
        return (Role.LEAD, *TEAM, Role.ADVISER)
    return TEAM if roles & LEADING else ()


def may_take_out(roles: frozenset[str]) -> tuple[Role, ...]:
    """The roles that somebody with `roles` at an enrolment may end: the hub gives the adviser."""
    found = may_bring_in(roles)
    return (Role.LEAD, *found) if found and Role.LEAD not in found else found
