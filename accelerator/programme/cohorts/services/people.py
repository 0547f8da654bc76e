"""The hub brings people into a cohort."""

from django.db import transaction
from django.db.models import Model

from accelerator.models import Cohort, Invitation, Role, User
from accelerator.programme.team.services import CannotInvite, invite


@transaction.atomic
def invite_to(
    *, actor: User, cohort: Cohort, role: Role, place: Model, email: str, name: str, job_role: str
) -> Invitation:
    """Offer a role at one of the cohort's places; not once it is closed. Raises CannotInvite."""
    if Cohort.objects.select_for_update().get(pk=cohort.pk).has_ended:
        raise CannotInvite("This cohort is closed, so nobody is invited any more.")
    return invite(
        actor=actor,
        role=role,
        place=place,
        email=email,
        name=name,
        job_role=job_role,
        noted_at=cohort,
    )
