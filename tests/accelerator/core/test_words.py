"""Every column that could hold somebody's words is in a list, or says why it holds none."""

import pytest
from django.apps import apps
from django.db import connection, models

from accelerator.core import words

TEXT = (models.CharField, models.TextField, models.JSONField, models.FileField)


def text_columns() -> dict[str, models.Field]:
    """All of the database's but the labels and contexts that pghistory writes beside each event."""
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, TEXT) and not field.choices and field.name != "pgh_label"
    }


def listed() -> set[str]:
    return {
        f"{each.model}.{name}" for each in words.typed() for name in (*each.fields, *each.traces)
    }


def tracked(label: str) -> str:
    """The model whose versions an event model keeps; itself for another."""
    event = apps.get_model(label)
    return event.pgh_tracked_model._meta.label if hasattr(event, "pgh_tracked_model") else label


def test_every_text_column_is_listed_or_says_why_not() -> None:
    reasons = words.not_words()
    unknown = []
    for column in text_columns():
        model, _, name = column.rpartition(".")
        own = tracked(model)
        if f"{own}.{name}" in listed() or {own, f"{own}.{name}"} & reasons.keys():
            continue
        unknown.append(column)
    assert unknown == [], "add them to the app's words.py"


def test_the_lists_name_columns_that_are_there() -> None:
    there = text_columns()
    assert [column for column in sorted(listed()) if column not in there] == []
    models_there = {column.rpartition(".")[0] for column in there}
    gone = [key for key in words.not_words() if key not in there and key not in models_there]
    assert gone == []


def test_no_column_is_both() -> None:
    assert listed() & words.not_words().keys() == set()
    assert all(words.not_words().values())


@pytest.mark.django_db
def test_the_database_knows_the_same_lists() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT held_in, named, versioned, events FROM accelerator_free_text()")
        known = set(cursor.fetchall())
    assert known == {(c.table, c.name, c.version, c.events) for c in words.columns()}
    assert ("assessments_rating", "justification", "version", "assessments_ratingevent") in known


def test_lookups_lead_somewhere() -> None:
    for each in words.typed():
        for lookup in filter(None, (each.enrolment, each.criterion)):
            assert str(each.rows.filter(**{f"{lookup}__isnull": True}).query)
