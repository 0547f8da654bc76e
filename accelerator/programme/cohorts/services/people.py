"""The hub brings people into a cohort."""

from django.db import transaction
from django.db.models import Model

from accelerator.models import Cohort, Invitation, Role, User
from accelerator.programme.team import services as team

CLOSED = "This cohort is closed, so nobody is invited any more."


@transaction.atomic
def invite_to(
    *, actor: User, cohort: Cohort, role: Role, place: Model, email: str, name: str, job_role: str
) -> Invitation:
    """Offer a role at one of the cohort's places; not once it is closed. Raises CannotInvite."""
    if _is_closed(cohort):
        raise team.CannotInvite(CLOSED)
    return team.invite(
        actor=actor,
        role=role,
        place=place,
        email=email,
        name=name,
        job_role=job_role,
        noted_at=cohort,
    )


@transaction.atomic
def send_again(*, actor: User, cohort: Cohort, invitation: Invitation) -> None:
    """A new letter in place of the one before; not once it is closed. Raises CannotChange."""
    if _is_closed(cohort):
        raise team.CannotChange(CLOSED)
    team.send_again(actor=actor, invitation=invitation)


def _is_closed(cohort: Cohort) -> bool:
    """Whether it is, until this transaction ends."""
    return Cohort.objects.select_for_update().get(pk=cohort.pk).has_ended
