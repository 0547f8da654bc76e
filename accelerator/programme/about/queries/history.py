"""Who changed what, when: the rows of the histories that the database writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from accelerator.core.days import day_in_words
from accelerator.models import Deadline, Enrolment, PeakPeriod, Profile, User
from accelerator.programme.about.queries.profile import facts_of
from accelerator.programme.dates.queries import span_in_words

# How many changes a page shows; the cohort's audit log has all.
MOST = 30
REMOVED = "delete"


@dataclass(frozen=True)
class Change:
    """`by` is "" where it is not known."""

    at: datetime
    by: str
    what: list[str]


def changes_of_profile(profile: Profile | None) -> list[Change]:
    """The newest first. One query."""
    if profile is None:
        return []
    events = Profile.pgh_event_model.objects.filter(pgh_obj=profile.pk)
    found = list(events.select_related("updated_by").order_by("-pgh_id")[: MOST + 1])[::-1]
    before: list[Any] = [None] if len(found) <= MOST else []
    return [
        Change(now.pgh_created_at, str(now.updated_by), _said(was, now))
        for was, now in pairwise([*before, *found])
    ][::-1]


def _said(was: Any, now: Any) -> list[str]:
    before = {fact.label: fact.value for fact in facts_of(was)}
    return [
        f"{fact.label}: {before.get(fact.label) or 'not said'} → {fact.value or 'not said'}"
        for fact in facts_of(now)
        if fact.value != before.get(fact.label, "")
    ]


def changes_of_dates(enrolment: Enrolment) -> list[Change]:
    """Own dates and busy times, the newest first. Three queries."""
    deadlines = _events(Deadline.pgh_event_model, enrolment)
    periods = _events(PeakPeriod.pgh_event_model, enrolment)
    people = _removers([*deadlines, *periods])
    found = [_change(one, _deadline(one), people) for one in deadlines]
    found += [_change(one, _period(one), people) for one in periods]
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


def _events(model: Any, enrolment: Enrolment) -> list[Any]:
    found = model.objects.filter(enrolment=enrolment).select_related("set_by", "pgh_context")
    return list(found.order_by("-pgh_id")[:MOST])


def _removers(events: Iterable[Any]) -> dict[int, User]:
    """Who removed something: its last row tells who had set it, the request's who removed it."""
    return User.objects.in_bulk({pk for one in events if (pk := _remover(one))})


def _remover(event: Any) -> int | None:
    if event.pgh_label != REMOVED or event.pgh_context is None:
        return None
    return event.pgh_context.metadata.get("user")


def _change(event: Any, what: str, people: dict[int, User]) -> Change:
    gone = event.pgh_label == REMOVED
    by = people.get(_remover(event) or 0) if gone else event.set_by
    return Change(event.pgh_created_at, str(by or ""), [what])


def _deadline(event: Any) -> str:
    name = Deadline.Phase(event.phase).label
    if event.pgh_label == REMOVED:
        return f"{name}: the cohort’s date again"
    return f"{name}: {day_in_words(event.due_on)}. {event.reason}"


def _period(event: Any) -> str:
    words = span_in_words(event)
    return f"Busy time removed: {words}" if event.pgh_label == REMOVED else f"Busy: {words}"
