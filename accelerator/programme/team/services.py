"""People come into a team, change places in it and leave it."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.constraints import refused_as
from accelerator.core.mail.services import queue_mail, queue_template_mail
from accelerator.core.rights import prose_of
from accelerator.models import Cohort, Enrolment, Invitation, Membership, Organisation, Role, User
from accelerator.models.people import LEADING, SCOPE_OF
from accelerator.programme.team.queries import (
    account_of,
    digest,
    holds,
    why_nobody_comes,
    why_not_adviser,
    why_not_moderator,
)


class CannotInvite(Exception):
    """The message says why nobody was invited."""

    def __init__(self, why: str = "They are invited already. Send the letter again instead."):
        super().__init__(why)


class CannotAccept(Exception):
    """The message says why an invitation leads nowhere."""

    def __init__(self, why: str = "There is an account for this address. Sign in to accept."):
        super().__init__(why)


class CannotChange(Exception):
    """The message says why somebody stays as they are."""


@transaction.atomic
def invite(
    *,
    actor: User | None,
    role: Role,
    place: Model,
    email: str,
    name: str = "",
    job_role: str = "",
    noted_at: Model | None = None,
) -> Invitation:
    """Offer `role` at `place` to whoever reads the mail of an address. Raises CannotInvite.

    `noted_at` is the cohort or organisation for which the audit tells of it, if not `place`.
    """
    where = {SCOPE_OF[role]: place}
    if actor is not None and email.lower() == actor.email.lower():
        raise CannotInvite("That is your own address. Somebody else invites you.")
    if holds(email, role, where):
        raise CannotInvite(f"{email} is {role.label.lower()} already.")
    _not_barred(role, place, account_of(email), CannotInvite)
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    invitation = Invitation(
        role=role,
        email=email.lower(),
        name=name,
        job_role=job_role,
        token_hash=digest(token),
        invited_by=actor,
        invited_at=now,
        sent_at=now,
        expires_at=now + timedelta(days=Invitation.DAYS),
        **where,
    )
    with refused_as("invitation_waits_once", CannotInvite):
        invitation.save()
    to = str(place._meta.label_lower)
    audit.record(actor, "invitation.sent", invitation, at=noted_at, role=role, to=to)
    _write(invitation, token)
    return invitation


@transaction.atomic
def send_again(*, actor: User, invitation: Invitation) -> None:
    """A new letter, with a new link and seven more days; the old link ends.

    Raises CannotChange.
    """
    row = _locked(invitation)
    if why := why_nobody_comes(row.where):
        raise CannotChange(why)
    token = secrets.token_urlsafe(32)
    row.token_hash = digest(token)
    row.sent_at = timezone.now()
    row.expires_at = row.sent_at + timedelta(days=Invitation.DAYS)
    row.save(update_fields=["token_hash", "sent_at", "expires_at"])
    audit.record(actor, "invitation.sent_again", row)
    _write(row, token)


@transaction.atomic
def revoke(*, actor: User, invitation: Invitation) -> None:
    """Its letter leads nowhere from now on. Raises CannotChange when it was used meanwhile."""
    row = _locked(invitation)
    row.revoked_at, row.revoked_by = timezone.now(), actor
    row.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(actor, "invitation.revoked", row)


@transaction.atomic
def accept(*, person: User, invitation: Invitation) -> Membership:
    """Give `person` the role that was offered to their address; once. Raises CannotAccept.

    One role after the other, so that each sees whether those before speak against it.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.why_closed:
        raise CannotAccept(row.why_closed)
    if person.email.lower() != row.email.lower():
        raise CannotAccept("This invitation is for another e-mail address.")
    if not person.is_active:
        raise CannotAccept("This account is closed. Please write to the Learning Hub.")
    _not_barred(Role(row.role), row.where, person, CannotAccept)
    scope = SCOPE_OF[Role(row.role)]
    membership, _ = Membership.objects.get_or_create(
        user=person, role=row.role, **{scope: row.where}, defaults={"job_role": row.job_role}
    )
    row.accepted_at, row.accepted_by = timezone.now(), person
    row.save(update_fields=["accepted_at", "accepted_by"])
    audit.record(person, "invitation.accepted", row, role=row.role)
    if row.organisation_id:
        leads = User.objects.holding(*LEADING, organisation=row.organisation_id)
        queue_template_mail(
            people=leads.exclude(pk=person.pk),
            template="membership_accepted",
            context={"membership": membership, "invited_by": row.invited_by},
        )
    return membership


@transaction.atomic
def join(*, invitation: Invitation, name: str, password: str) -> User:
    """Make the account of somebody invited who has none, and accept. Raises CannotAccept."""
    if account_of(invitation.email):
        raise CannotAccept
    # Both refuse the address; the database names whichever it checks first.
    taken = ("user_email_unique", "accelerator_user_email_key")
    with refused_as(taken[0], CannotAccept), refused_as(taken[1], CannotAccept):
        person = User.objects.create_user(invitation.email, password, name=name)
    audit.record(person, "person.joined", person)
    accept(person=person, invitation=invitation)
    return person


@transaction.atomic
def remove(*, actor: User, membership: Membership) -> None:
    """End somebody's role at once; what they wrote stays theirs. Raises CannotChange.

    A letter that waits for them at the same organisation leads nowhere any more.
    """
    waiting = Invitation.objects.waiting().filter(
        email__iexact=membership.user.email,
        organisation__isnull=False,
        organisation=membership.organisation_id,
    )
    # Before the organisation's lock: in the order of `accept`.
    letters = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    if membership.organisation_id:
        Organisation.objects.select_for_update().get(pk=membership.organisation_id)
        if membership.role == Role.LEAD and not _other_leads(membership):
            raise CannotChange(
                f"{membership.user} is the only project lead. Hand over first; then they can go."
            )
    gone, _ = Membership.objects.filter(pk=membership.pk).delete()
    if not gone:
        return
    for letter in letters:
        revoke(actor=actor, invitation=letter)
    audit.record(actor, "membership.ended", membership.user, at=membership, role=membership.role)
    _tell("membership_ended", membership, actor)


@transaction.atomic
def hand_over(*, actor: User, lead: Membership, to: Membership) -> None:
    """`to` becomes project lead in place of `lead`, who becomes deputy. Raises CannotChange."""
    if lead.organisation_id is None:
        raise CannotChange("Only a project lead hands over.")
    organisation = Organisation.objects.select_for_update().get(pk=lead.organisation_id)
    standing = Membership.objects.filter(organisation=organisation)
    if not standing.filter(pk=lead.pk, role=Role.LEAD).exists():
        raise CannotChange("The project lead has changed meanwhile. Nothing was done.")
    if not standing.filter(pk=to.pk, user__is_active=True).exists():
        raise CannotChange(f"{to.user} has left meanwhile. Nothing was done.")
    Membership.objects.filter(pk=to.pk).delete()
    Membership.objects.filter(pk=lead.pk).delete()
    for person, role, job in (
        (to.user, Role.LEAD, to.job_role),
        (lead.user, Role.DEPUTY, lead.job_role),
    ):
        Membership.objects.get_or_create(
            user=person,
            role=role,
            organisation=organisation,
            defaults={"job_role": job},
        )
    audit.record(actor, "lead.handed_over", organisation, by=lead.user_id, to=to.user_id)
    for about in (lead, to):
        _tell("lead_handed_over", about, actor, new=to.user, before=lead.user)


def _tell(template: str, membership: Membership, actor: User, **more: User) -> None:
    queue_template_mail(
        people=[membership.user],
        template=template,
        context={"membership": membership, "actor": actor, **more},
    )


def _other_leads(membership: Membership) -> bool:
    leads = Membership.objects.leads().filter(organisation=membership.organisation_id)
    return leads.exclude(pk=membership.pk).exists()


def _locked(invitation: Invitation) -> Invitation:
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.accepted_at:
        raise CannotChange("It was accepted meanwhile. Nothing was done.")
    if row.revoked_at:
        raise CannotChange("It was taken back already.")
    return row


def _not_barred(role: Role, place: Model, person: User | None, problem: type[Exception]) -> None:
    """That the place still takes people, and that no other role of the person speaks against it."""
    why = why_nobody_comes(place)
    if not why and isinstance(place, Enrolment):
        why = why_not_adviser(person, place)
    elif not why and isinstance(place, Cohort) and role == Role.MODERATOR:
        why = why_not_moderator(person, place)
    if why:
        raise problem(why)


def _write(invitation: Invitation, token: str) -> None:
    context = {
        "invitation": invitation,
        "address": settings.SITE_URL + reverse("invitation", args=[token]),
        "days": Invitation.DAYS,
        "prose": prose_of(Role(invitation.role)),
    }
    subject, _, text = render_to_string("mail/invitation.txt", context).strip().partition("\n")
    queue_mail(to=invitation.email, subject=subject, text=text.strip() + "\n")
