"""Where a row belongs, whoever may read it: its cohort and its organisation.

A model says so in PLACE (the lookup of its enrolment's id) and in ACCESS, or in AUDITED, where
these are for reading only or say nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import BigIntegerField, Model, Subquery, Value

from accelerator.models import User

Place = Mapping[str, Any]
SCOPES = ("cohort", "organisation")


def place_of(row: Model) -> Place:
    """`cohort` and `organisation` of a row: an id, an expression for a query, or None.

    A row that was just deleted still knows; no query is made here.
    """
    paths = _paths(type(row))
    return {
        scope: next(filter(None, (_value(row, path) for path in _of(paths, scope))), None)
        for scope in SCOPES
    }


def read_place(row: Model, reader: User) -> dict[str, int | None]:
    """As `place_of`, in numbers. One query."""
    found = {
        f"_{scope}": value if isinstance(value, Subquery) else Value(value, BigIntegerField())
        for scope, value in place_of(row).items()
    }
    values = User.objects.annotate(**found).values_list(*found).get(pk=reader.pk)
    return dict(zip(SCOPES, values, strict=True))


def _paths(model: type[Model]) -> dict[str, str]:
    access = getattr(model, "ACCESS", {})
    said = {scope: path for scope, path in access.items() if isinstance(path, str)}
    if place := getattr(model, "PLACE", ""):
        said["enrolment"] = place
    return said | getattr(model, "AUDITED", {})


def _of(paths: Mapping[str, str], scope: str) -> Iterator[str]:
    """The lookups of a scope: through the enrolment, and its own."""
    if (enrolment := paths.get("enrolment")) == "pk":
        yield f"{scope}_id"
    elif enrolment:
        yield f"{enrolment.removesuffix('_id')}__{scope}_id"
    if scope in paths:
        yield paths[scope]


def _value(row: Model, path: str) -> int | Subquery | None:
    head, _, rest = path.partition("__")
    if not rest:
        return getattr(row, head)
    if (pk := getattr(row, f"{head}_id")) is None:
        return None
    related = row._meta.get_field(head).related_model
    if related is None or isinstance(related, str):
        raise TypeError(f"{head} leads from {row._meta.label} to no row.")
    return Subquery(related._default_manager.order_by().filter(pk=pk).values(rest)[:1])
