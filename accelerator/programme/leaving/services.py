"""A person who leaves for good: the account stays, as "a former member", and names nobody."""

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.jobs.tidying import remove_reports_of
from accelerator.core.redaction import Mode, remove
from accelerator.models import Invitation, Membership, OutgoingMail, User
from accelerator.programme.leaving.queries import reported, sessions_of, traces_of
from accelerator.programme.leaving.rules import ADDRESS, FORMER, address_of

# Whose rows about a person are the sign-in's own.
SIGN_IN_APPS = {"account", "mfa", "socialaccount", "usersessions"}


class PersonStays(Exception):
    """The message says why this person cannot be anonymised."""


@transaction.atomic
def anonymise(*, actor: User, person: User, reason: str) -> bool:
    """Replace name and address for good, end sessions and sign-in; False when that was done.

    What they wrote stays, by "a former member"; texts in which others typed their name are
    removed as words are. Raises PersonStays.
    """
    row = User.objects.select_for_update().get(pk=person.pk)
    if row.pk == actor.pk:
        raise PersonStays("You cannot anonymise yourself. Ask somebody else who may.")
    if row.is_superuser and not actor.is_superuser:
        raise PersonStays("They may do everything on this site. Ask somebody else who may.")
    if row.email.endswith(ADDRESS):
        return False
    for enrolment in reported(row):
        remove_reports_of(enrolment)
    waiting = Invitation.objects.waiting().filter(email__iexact=row.email)
    waiting.update(revoked_at=timezone.now(), revoked_by=actor)
    cells = list(traces_of(row))
    remove(who=actor, mode=Mode.FORMER, kind="left", reason=reason, target=row, cells=cells)
    _take_away_roles(row)
    OutgoingMail.objects.filter(to__iexact=row.email, sent_at=None).delete()
    OutgoingMail.objects.filter(to__iexact=row.email).update(to=address_of(row.pk))
    User.objects.filter(pk=row.pk).update(
        name=FORMER,
        email=address_of(row.pk),
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_superuser=False,
    )
    Session.objects.filter(pk__in=sessions_of(row)).delete()
    audit.record(actor, "person.anonymised", row)
    return True


def _take_away_roles(row: User) -> None:
    """Remove roles, rights and every way to sign in."""
    Membership.objects.filter(user=row).delete()
    row.groups.clear()
    row.user_permissions.clear()
    for relation in User._meta.related_objects:
        model = relation.related_model
        if model._meta.app_label in SIGN_IN_APPS and not model._meta.auto_created:
            model._default_manager.filter(**{relation.field.name: row.pk}).delete()
