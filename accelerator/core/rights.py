"""Who may do what: each app declares its own actions for each role; the whole is put together
at start. `manage.py rights` prints it, tests/rights.txt holds it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from accelerator.models import Role


@dataclass(frozen=True)
class Rights:
    """What a role may do in one app, and the sentence that says so on the account page.

    The sentence is empty where another app's says it already.
    """

    actions: frozenset[str]
    prose: str = ""


Table = Mapping[Role, Rights]
_declared: dict[str, Table] = {}


def declare(app: str, table: Table) -> None:
    """Add one app's rights (from its AppConfig.ready). Raises where another has the action."""
    for other, declared in _declared.items():
        if other != app and (shared := _actions(declared) & _actions(table)):
            raise ImproperlyConfigured(
                f"Declared by {other} and by {app}: {', '.join(sorted(shared))}."
            )
    _declared[app] = table


def allow(roles: Collection[str], action: str) -> bool:
    """Whether one of `roles` has the right."""
    return any(role in roles for role in roles_with(action))


def _actions(table: Table) -> set[str]:
    return {action for rights in table.values() for action in rights.actions}


def actions() -> set[str]:
    """Every action that some app declares."""
    return {action for table in _declared.values() for action in _actions(table)}


def roles_with(action: str) -> list[str]:
    """The roles whose rights include `action`. Raises LookupError for one that none has."""
    roles = [
        role.value
        for role in Role
        if any(role in table and action in table[role].actions for table in _declared.values())
    ]
    if not roles:
        raise LookupError(f"No app declares the action {action!r}.")
    return roles


def prose_of(role: Role) -> str:
    """What a role may do, in the sentences of the apps, the lowest first."""
    return " ".join(
        table[role].prose for table in _declared.values() if role in table and table[role].prose
    )


def lines() -> Iterator[str]:
    """The whole table as text: each role, its sentences, each app's actions, one a line."""
    for role in Role:
        yield f"{role.label} ({role.value}). {prose_of(role)}"
        for app, table in _declared.items():
            if role in table:
                yield from (f"  {app}: {action}" for action in sorted(table[role].actions))
