"""The consents of an enrolment, and who may be written to because of them."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404

from accelerator.core.access import roles_of
from accelerator.models import Consent, Enrolment, Membership, Role
from accelerator.models.people import OWN_ROLES

Kind = Consent.Kind
# What each one means, and what ends when it is withdrawn, in plain sentences.
MEANS = {
    Kind.WALL: (
        "Reports that the Learning Hub publishes may show a cohort’s heat-maps beside one another, "
        "without names. With your consent, yours is one of them."
    ),
    Kind.QUOTES: (
        "The Learning Hub may ask you whether it can quote something that you wrote. Each quote is "
        "asked for on its own, and you can say no to any of them."
    ),
    Kind.CONTACT: (
        "Organisations of this cohort that agree to the same see your organisation, your "
        "programme, and your project lead’s name and e-mail address. You see theirs, and nobody "
        "else of the cohort sees yours."
    ),
}
ENDS = {
    Kind.WALL: "No report that is published from now on shows your heat-map.",
    Kind.QUOTES: "Nobody asks you for a quote from now on.",
    Kind.CONTACT: "Other organisations stop seeing you at once, and you stop seeing them.",
}


@dataclass(frozen=True)
class Row:
    """One kind of consent: the one that stands, if one does, and those withdrawn before it."""

    kind: Consent.Kind
    means: str
    stands: Consent | None
    past: list[Consent]


def consents_of(enrolment: Enrolment) -> list[Row]:
    """One query."""
    found = list(enrolment.consents.select_related("given_by", "withdrawn_by"))
    return [_row(kind, [one for one in found if one.kind == kind]) for kind in Kind]


def _row(kind: Consent.Kind, found: list[Consent]) -> Row:
    stands = next((one for one in found if one.withdrawn_at is None), None)
    return Row(kind, MEANS[kind], stands, [one for one in found if one.withdrawn_at])


def kind_called(key: str) -> Consent.Kind:
    """The kind of an address. Raises Http404."""
    if key not in Kind.values:
        raise Http404
    return Kind(key)


def contacts_of(enrolment: Enrolment) -> list[Enrolment]:
    """Others of the cohort that agreed to be contacted, each with its leads in `leads`.

    Nobody, unless this one agreed too and still takes part, as those it sees do; and only for its
    own people and the Learning Hub, as whom it was fetched (`core.access.get_for`). Three queries
    at most.
    """
    if not enrolment.is_active or not roles_of(enrolment) & (OWN_ROLES | {Role.HUB}):
        return []
    agreed = Consent.objects.standing().filter(kind=Kind.CONTACT)
    if not agreed.filter(enrolment=enrolment).exists():
        return []
    others = (
        Enrolment.objects.filter(
            Exists(agreed.filter(enrolment=OuterRef("pk"))),
            cohort=enrolment.cohort_id,
            state=Enrolment.State.ACTIVE,
        )
        .exclude(pk=enrolment.pk)
        .select_related("organisation", "programme")
        .prefetch_related(
            Prefetch(
                "organisation__membership_set",
                Membership.objects.leads(),
                to_attr="leads",
            )
        )
    )
    return list(others.order_by("organisation__name", "pk"))
