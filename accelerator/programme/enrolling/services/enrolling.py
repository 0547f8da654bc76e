"""Organisations join a cohort with one programme each, and their leads are invited, in one act."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from accelerator.core import audit
from accelerator.core.constraints import refused_as
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import (
    Cohort,
    Enrolment,
    EnrolmentFunder,
    MatchFunder,
    Organisation,
    Programme,
    Role,
    User,
)
from accelerator.models.people import LEADING
from accelerator.programme.enrolling import queries
from accelerator.programme.enrolling.access import may_rename
from accelerator.programme.enrolling.queries import ByName
from accelerator.programme.enrolling.rules import ENROLLED, Standing, why_not
from accelerator.programme.enrolling.values import Entry
from accelerator.programme.team import services as team

CLOSED = "This cohort is closed, so nobody is enrolled any more."


class CannotEnrol(Exception):
    """The message says why nothing was made. `field` is the entry's, "" for the whole; `place`
    counts the entries from 0."""

    def __init__(self, why: str, field: str = "", place: int = 0) -> None:
        super().__init__(why)
        self.field, self.place = field, place


class EnrolledMeanwhile(Exception):
    """Somebody else enrolled the organisation in the same moment."""


@dataclass(frozen=True)
class Book:
    """All names that are known while entries are made, those just made too."""

    organisations: ByName[Organisation]
    funders: ByName[MatchFunder]
    programmes: dict[int, ByName[Programme]]
    standings: dict[int, Standing]


@transaction.atomic
def enrol(
    *, actor: User, cohort: Cohort, entries: Sequence[Entry], sheet: str = ""
) -> list[Enrolment]:
    """Make every entry an enrolment, or none of them. Raises CannotEnrol.

    Organisations, programmes and funders that are known by name are found, whoever else makes one
    at the same moment. A `sheet` (the fingerprint under which a spreadsheet was confirmed) is
    enrolled once; after that the answer is empty.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if sheet and queries.is_applied(locked, sheet):
        return []
    if locked.has_ended:
        raise CannotEnrol(CLOSED)
    lock_names()
    book = _opened(locked, entries)
    made = []
    for place, entry in enumerate(entries):
        try:
            made.append(_one(actor, locked, entry, book))
        except CannotEnrol as error:
            raise CannotEnrol(str(error), error.field, place) from error
    if sheet:
        audit.record(actor, queries.SHEET, locked, sheet=sheet, enrolments=len(made))
    return made


def lock_names() -> None:
    """Nobody else makes or renames an organisation or a funder until this transaction ends."""
    names = (connection.ops.quote_name(m._meta.db_table) for m in (Organisation, MatchFunder))
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE")


def funders_named(actor: User, names: Sequence[str], known: ByName[MatchFunder]) -> list[int]:
    """The ids of match funders, each once; one that nobody knows is made."""
    found: dict[int, None] = {}
    for name in names:
        funder = known.find(name)
        if funder is None:
            funder = MatchFunder.objects.create(name=name)
            known.add(funder)
            audit.record(actor, "match_funder.made", funder)
        found[funder.pk] = None
    return list(found)


def _opened(cohort: Cohort, entries: Sequence[Entry]) -> Book:
    organisations = queries.organisations()
    known = [organisations.find(entry.organisation) for entry in entries]
    ids = [one.pk for one in known if one is not None]
    programmes, standings = queries.programmes_of(ids), queries.standings(cohort, ids)
    return Book(organisations, queries.funders(), programmes, standings)


def _one(actor: User, cohort: Cohort, entry: Entry, book: Book) -> Enrolment:
    organisation = book.organisations.find(entry.organisation)
    if organisation is None:
        organisation = Organisation.objects.create(name=entry.organisation)
        audit.record(actor, "organisation.made", organisation)
        book.organisations.add(organisation)
        book.programmes[organisation.pk] = ByName([])
    standing = book.standings.get(organisation.pk, Standing())
    if problem := why_not(organisation.name, standing, entry.email):
        raise CannotEnrol(problem[1], problem[0])
    programme = _programme(actor, entry, organisation, book.programmes[organisation.pk])
    enrolment = Enrolment(cohort=cohort, organisation=organisation, programme=programme)
    try:
        with refused_as("enrolment_once", EnrolledMeanwhile):
            enrolment.save()
    except EnrolledMeanwhile as error:
        raise CannotEnrol(ENROLLED.format(name=organisation.name), "organisation") from error
    funders = funders_named(actor, entry.funders, book.funders)
    EnrolmentFunder.objects.bulk_create(
        EnrolmentFunder(enrolment=enrolment, match_funder_id=pk) for pk in funders
    )
    audit.record(
        actor,
        "enrolment.made",
        enrolment,
        cohort=cohort.pk,
        organisation=organisation.pk,
        programme=programme.pk,
        funders=funders,
    )
    leads = User.objects.holding(*LEADING, organisation=organisation.pk)
    queue_template_mail(
        people=leads, template="enrolled", context={"enrolment": enrolment, "actor": actor}
    )
    if standing.gets_letter(entry.email):
        _invite(actor, organisation, entry, entry.email.lower() in standing.invited)
    return enrolment


def _programme(
    actor: User, entry: Entry, organisation: Organisation, known: ByName[Programme]
) -> Programme:
    """Found by name, or made. One without a description gets the one that was typed, unless it is
    enrolled where others say what it is."""
    programme = known.find(entry.programme)
    if programme is None:
        programme = Programme.objects.create(
            organisation=organisation, name=entry.programme, description=entry.description
        )
        known.add(programme)
    elif entry.description and not programme.description and may_rename(actor, programme):
        programme.description = entry.description
        programme.save(update_fields=["description"])
        audit.record(actor, "programme.changed", programme, described=True)
    return programme


def _invite(actor: User, organisation: Organisation, entry: Entry, waits: bool) -> None:
    """A letter to the lead; whoever waits already gets a new one."""
    try:
        if waits and (waiting := queries.lead_letter(organisation, entry.email)):
            team.send_again(actor=actor, invitation=waiting)
            return
        team.invite(
            actor=actor,
            role=Role.LEAD,
            place=organisation,
            email=entry.email,
            name=entry.name,
            job_role=entry.job_role,
        )
    except (team.CannotInvite, team.CannotChange) as error:
        raise CannotEnrol(str(error), "email") from error
