"""What an event's data says, in words."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

# What a page calls them; numbers of rows, seats and whatever else is for programs is left out.
LABELS = {
    "on": "from",
    "reason": "why",
    "why": "why",
    "role": "role",
    "kind": "kind",
    "criterion": "criterion",
    "number": "submission",
    "round": "round",
    "version": "version",
    "pieces": "pieces",
    "readers": "notes read by",
    "framework": "framework",
    "places": "rows",
    "file": "file",
    "phase": "phase",
    "due_on": "due",
    "name": "name",
    "before": "before",
    "fields": "changed",
    "changed": "changed",
    "enrolments": "organisations",
    "copied_from": "copied from",
}
DAYS = frozenset({"on", "due_on"})
COUNTS = frozenset({"number", "round", "version", "pieces", "places", "enrolments"})
# Numbers of people.
PEOPLE = {"coach": "coach", "person": "about", "by": "before", "to": "after"}


def people_in(data: Mapping[str, Any]) -> Iterator[int]:
    """The numbers of the people whom an event names beside its actor."""
    yield from (data[key] for key in PEOPLE if isinstance(data.get(key), int))


def details(
    data: Mapping[str, Any], names: Mapping[int, str], roles: Mapping[str, str]
) -> list[tuple[str, str]]:
    """(label, words) of what can be read. `names` are people by number, `roles` labels by key."""
    found = [(LABELS[key], _words(key, data[key], roles)) for key in LABELS if key in data]
    found += [
        (PEOPLE[key], names.get(data[key], "somebody who left"))
        for key in PEOPLE
        if isinstance(data.get(key), int)
    ]
    return [(label, words) for label, words in found if words]


def _words(key: str, value: Any, roles: Mapping[str, str]) -> str:
    if isinstance(value, int):
        return str(value) if key in COUNTS and not isinstance(value, bool) else ""
    if isinstance(value, list):
        return ", ".join(str(one).replace("_", " ") for one in value)
    text = str(value or "")
    if key == "role":
        return roles.get(text, text)
    if key in DAYS:
        day = date.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"
    # A report's kind is the name of a task.
    return "" if key == "kind" and "." in text else text


def matching(words: str, actions: Mapping[str, str]) -> Collection[str]:
    """The actions that `words` are part of, as they are said."""
    sought = words.casefold()
    return [action for action, said in actions.items() if sought in said.casefold()]
