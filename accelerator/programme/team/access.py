"""Who brings people into an organisation's team."""

from accelerator.models import Role
from accelerator.models.people import LEADING

TEAM = (Role.DEPUTY, Role.MEMBER, Role.READER, Role.SPONSOR)


def may_bring_in(roles: frozenset[str]) -> tuple[Role, ...]:
    """The roles into which somebody with `roles` at an enrolment may invite."""
    if Role.HUB in roles:
        return (Role.LEAD, *TEAM, Role.ADVISER)
    return TEAM if roles & LEADING else ()


def may_take_out(roles: frozenset[str]) -> tuple[Role, ...]:
    """The roles that somebody with `roles` at an enrolment may end: the hub gives the adviser."""
    found = may_bring_in(roles)
    return (Role.LEAD, *found) if found and Role.LEAD not in found else found
