"""The organisations of a cohort, and what is known of those that are to be enrolled."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Count, Q, QuerySet

from accelerator.core.text import folded
from accelerator.models import (
    AuditEvent,
    Cohort,
    Enrolment,
    Invitation,
    MatchFunder,
    Membership,
    Organisation,
    Programme,
    Role,
)
from accelerator.programme.cohorts.queries.figures import Counts
from accelerator.programme.enrolling.rules import Standing

SHEET = "cohort.sheet_enrolled"


def enrolment_counts(cohort: Cohort) -> Counts:
    """One query."""
    states = {state: Count("pk", filter=Q(state=state)) for state in Enrolment.State.values}
    found = Enrolment.objects.filter(cohort=cohort).order_by()
    return Counts(**found.aggregate(enrolled=Count("pk"), **states))


@dataclass(frozen=True)
class Row:
    """One enrolment of the list: its funders' names, who leads it, who is invited to."""

    enrolment: Enrolment
    funders: list[str]
    leads: list[Membership]
    invited: list[Invitation]


def enrolled_in(cohort: Cohort) -> QuerySet[Enrolment]:
    """The cohort's enrolments, A to Z."""
    found = Enrolment.objects.filter(cohort=cohort).select_related("organisation", "programme")
    return found.order_by("organisation__name", "pk")


def rows_of(enrolments: Iterable[Enrolment]) -> list[Row]:
    """Three queries, however many there are."""
    enrolments = list(enrolments)
    places = [one.organisation_id for one in enrolments]
    leads = _leads(places)
    invited: dict[int | None, list[Invitation]] = defaultdict(list)
    for letter in _lead_letters(places).order_by("sent_at", "pk"):
        invited[letter.organisation_id].append(letter)
    funders = funder_names(enrolments)
    return [
        Row(one, funders[one.pk], leads[one.organisation_id], invited[one.organisation_id])
        for one in enrolments
    ]


def funder_names(enrolments: Collection[Enrolment]) -> dict[int, list[str]]:
    """The match funders' names by enrolment, A to Z. One query."""
    names: dict[int, list[str]] = {one.pk: [] for one in enrolments}
    found = MatchFunder.objects.filter(enrolments__in=names).order_by("name")
    for enrolment, name in found.values_list("enrolments", "name"):
        names[enrolment].append(name)
    return names


N = TypeVar("N", Organisation, MatchFunder, Programme)


class ByName(Generic[N]):
    """Rows by their name, however it is typed; of two that differ in capitals the one meant."""

    def __init__(self, rows: Iterable[N]) -> None:
        self._exact: dict[str, N] = {}
        self._folded: dict[str, N] = {}
        for row in rows:
            self.add(row)

    def add(self, row: N) -> None:
        self._exact[row.name] = row
        self._folded.setdefault(folded(row.name), row)

    def find(self, name: str) -> N | None:
        return self._exact.get(name) or self._folded.get(folded(name))

    def names(self) -> list[str]:
        return list(self._exact)


def organisations() -> ByName[Organisation]:
    """Every organisation there is. One query."""
    return ByName(Organisation.objects.order_by("name"))


def funders() -> ByName[MatchFunder]:
    """Every match funder there is. One query."""
    return ByName(MatchFunder.objects.order_by("name"))


def programmes_of(places: Collection[int]) -> dict[int, ByName[Programme]]:
    """The programmes of each organisation, by its id. One query."""
    found: dict[int, ByName[Programme]] = {place: ByName([]) for place in places}
    for programme in Programme.objects.filter(organisation__in=places).order_by("name"):
        found[programme.organisation_id].add(programme)
    return found


def standings(cohort: Cohort, places: Collection[int]) -> dict[int, Standing]:
    """How each organisation, by its id, stands towards a cohort. Three queries."""
    enrolled = set(
        Enrolment.objects.filter(cohort=cohort, organisation__in=places).values_list(
            "organisation", flat=True
        )
    )
    leads = {
        place: tuple((one.user.email.lower(), str(one.user)) for one in found)
        for place, found in _leads(places).items()
    }
    invited: dict[int | None, set[str]] = defaultdict(set)
    for letter in _lead_letters(places):
        invited[letter.organisation_id].add(letter.email.lower())
    return {
        place: Standing(place in enrolled, leads.get(place, ()), frozenset(invited[place]))
        for place in places
    }


def lead_letter(organisation: Organisation, email: str) -> Invitation | None:
    """The invitation to lead it that waits for that address, perhaps expired."""
    return _lead_letters([organisation.pk]).filter(email__iexact=email).first()


def is_applied(cohort: Cohort, sheet: str) -> bool:
    """Whether the spreadsheet that was confirmed under that fingerprint has been enrolled."""
    target = f"{cohort._meta.label_lower}:{cohort.pk}"
    return AuditEvent.objects.filter(action=SHEET, target=target, data__sheet=sheet).exists()


def _leads(places: Collection[int]) -> dict[int | None, list[Membership]]:
    """Who leads each organisation, by its id. One query."""
    found: dict[int | None, list[Membership]] = defaultdict(list)
    for lead in Membership.objects.leads().filter(organisation__in=places):
        found[lead.organisation_id].append(lead)
    return found


def _lead_letters(places: Collection[int]) -> QuerySet[Invitation]:
    return Invitation.objects.waiting().filter(role=Role.LEAD, organisation__in=places)
