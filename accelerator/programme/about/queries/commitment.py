"""The senior sponsor's commitment, and where it waits."""

from collections.abc import Collection
from typing import TYPE_CHECKING, TypedDict

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from accelerator.models import Commitment, Enrolment, Membership, Role, User
from accelerator.programme.journey import Button, Panel

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Signed(TypedDict):
    """The signer's job, as they hold it now; None for somebody who is no longer sponsor."""

    job: str | None


def commitments_of(enrolment: Enrolment) -> "QuerySet[WithAnnotations[Commitment, Signed]]":
    """Each with the signer's `job`, the one that counts first."""
    sponsor = sponsors_of(enrolment).filter(user=OuterRef("signed_by")).order_by()
    return (
        Commitment.objects.filter(enrolment=enrolment)
        .select_related("signed_by")
        .annotate(job=Subquery(sponsor.values("job_role")[:1]))
    )


def sponsors_of(enrolment: Enrolment) -> QuerySet[Membership]:
    """Who can sign."""
    found = Membership.objects.filter(
        organisation=enrolment.organisation_id, role=Role.SPONSOR, user__is_active=True
    )
    return found.select_related("user").order_by("user__name", "pk")


def panels(user: User, roles: Collection[str]) -> list[Panel]:
    """What a senior sponsor has to sign. One query, and only for a sponsor."""
    if Role.SPONSOR not in roles:
        return []
    waiting = (
        Enrolment.objects.filter(
            state=Enrolment.State.ACTIVE,
            cohort__closed_on=None,
            commitments=None,
            organisation__membership__user=user,
            organisation__membership__role=Role.SPONSOR,
        )
        .select_related("organisation", "cohort")
        .order_by("organisation__name", "pk")
    )
    return [
        Panel(
            f"Sign the opening commitment: {one.organisation}",
            f"Say how much time {one.organisation} gives to {one.cohort}. It takes two minutes.",
            Button("Sign the opening commitment", reverse("commitment_sign", args=[one.pk])),
        )
        for one in waiting
    ]
