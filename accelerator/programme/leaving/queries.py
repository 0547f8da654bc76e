"""People as those who look after the site see them, and what a person leaves behind."""

from collections.abc import Iterator

from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.http import Http404

from accelerator.core import words
from accelerator.core.erasure.queries import outside
from accelerator.core.redaction import Cell
from accelerator.models import Enrolment, Invitation, Membership, ReportJob, User
from accelerator.programme.leaving.rules import ADDRESS, telling


def people(containing: str) -> QuerySet[User]:
    """Everybody with an account, without those who left; by name or address."""
    found = User.objects.exclude(email__endswith=ADDRESS).order_by("name", "pk")
    return found.filter(Q(name__icontains=containing) | Q(email__icontains=containing))


def person_who_may_leave(pk: int) -> User:
    """For views of those who look after the site. Raises Http404 for one who left already."""
    found = people("").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def traces_of(person: User) -> Iterator[Cell]:
    """What was written about a person, and the audit, letters and logs that name them.

    So are the invitations to their address, which may call them by another name.
    """
    for each in words.typed():
        if each.person:
            for pk in sorted(each.pks(each.person, person.pk)):
                yield from (Cell(each.model_class, name, pk) for name in each.fields)
    for letter in Invitation.objects.filter(email__iexact=person.email, accepted_by=None):
        yield from (Cell(Invitation, name, letter.pk) for name in ("email", "name", "job_role"))
    yield from outside(telling(person.name, person.email))


def still_named(person: User) -> list[tuple[str, int]]:
    """In how many texts that people typed the name stands, by what they are called."""
    found = []
    for each in words.typed():
        for name, label in each.fields.items() if not each.copy and person.name else ():
            count = each.rows.filter(**{f"{name}__contains": person.name}).count()
            found += [(label, count)] if count else []
    return found


def reported(person: User) -> QuerySet[Enrolment]:
    """The enrolments whose reports may name a person."""
    mine = Membership.objects.filter(user=person)
    asked = ReportJob.objects.filter(requested_by=person, enrolment__isnull=False)
    return Enrolment.objects.filter(
        Q(organisation__in=mine.exclude(organisation=None).values("organisation"))
        | Q(cohort__in=mine.exclude(cohort=None).values("cohort"))
        | Q(pk__in=asked.values("enrolment"))
    ).order_by("pk")


def sessions_of(person: User) -> list[str]:
    """The keys of a person's sessions, which only each session itself can tell."""
    return [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
