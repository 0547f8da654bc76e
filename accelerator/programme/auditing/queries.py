"""A cohort's audit log: what happened in it, newest first, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from accelerator.core import audit
from accelerator.core.exports import Cell
from accelerator.models import AuditEvent, Cohort, Organisation, Role, User
from accelerator.programme.auditing.rules import details, people_in
from accelerator.programme.cohorts.frame import Tab

PAGE = 50
MOST_EXPORTED = 50_000
CSV_HEADER = ["when", "who", "what was done", "kind", "organisation", "details", "action", "about"]
ROLES = {role.value: str(role.label) for role in Role}
PERSON = User._meta.label_lower
SITE, GONE = "The site", "Somebody who left"


def tabs(_cohort: Cohort) -> list[Tab]:
    return [Tab("audit_log", "Audit log")]


def organisations_of(cohort: Cohort) -> QuerySet[Organisation]:
    """Those enrolled in it, now or before."""
    return Organisation.objects.filter(pk__in=cohort.enrolments.values("organisation"))


def events_of(user: User, cohort: Cohort) -> QuerySet[AuditEvent]:
    """What concerns a cohort and the organisations in it, newest first.

    Not what an upper app says is shut to this person (settings.AUDIT_SHUT). Append-only, so that
    numbers are in the order of time.
    """
    organisations = list(organisations_of(cohort).values_list("pk", flat=True))
    found = AuditEvent.objects.filter(
        Q(cohort=cohort) | Q(cohort=None, organisation__in=organisations)
    )
    for path in settings.AUDIT_SHUT:
        found = found.exclude(import_string(path)(user, cohort))
    return found.select_related("actor", "organisation").order_by("-pk")


@dataclass(frozen=True)
class Entry:
    """One event as the log shows it."""

    event: AuditEvent
    who: str
    words: str
    organisation: str
    details: list[tuple[str, str]]


def entries_of(events: Iterable[AuditEvent]) -> list[Entry]:
    """The events in words. One query for the people they name."""
    events = list(events)
    numbers = {pk for event in events for pk in people_in(_data(event))}
    names = {one.pk: str(one) for one in User.objects.filter(pk__in=numbers)} if numbers else {}
    return [_entry(event, names) for event in events]


def _data(event: AuditEvent) -> dict:
    """What the event says, and the person whom it is about, if not its actor."""
    model, _, pk = event.target.partition(":")
    is_other = model == PERSON and pk != str(event.actor_id)
    return event.data | ({"person": int(pk)} if is_other else {})


def _entry(event: AuditEvent, names: dict[int, str]) -> Entry:
    return Entry(
        event=event,
        who=SITE if event.actor_id is None else str(event.actor or GONE),
        words=audit.words_of(event.action),
        organisation=str(event.organisation or ""),
        details=details(_data(event), names, ROLES),
    )


def page_of(events: QuerySet[AuditEvent], before: int | None) -> tuple[list[Entry], int | None]:
    """A page of events older than `before`, and the number to ask the next page with."""
    older = events if before is None else events.filter(pk__lt=before)
    found = list(older[: PAGE + 1])
    following = found[PAGE - 1].pk if len(found) > PAGE else None
    return entries_of(found[:PAGE]), following


def csv_rows(events: QuerySet[AuditEvent]) -> Iterator[list[Cell]]:
    """The newest MOST_EXPORTED, in the columns of CSV_HEADER."""
    for entry in entries_of(events[:MOST_EXPORTED]):
        at = timezone.localtime(entry.event.at)
        yield [
            f"{at:%Y-%m-%d %H:%M:%S}",
            entry.who,
            entry.words,
            audit.kind_of(entry.event.action),
            entry.organisation,
            "; ".join(f"{label}: {words}" for label, words in entry.details),
            entry.event.action,
            entry.event.target,
        ]
