"""Stored evidence, and where to look for what should not be there."""

import io
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection

from assessments.evidence import services as service
from assessments.models import Evidence
from tests.factories import files as made

PDF = made.pdf()


def stored() -> set[Path]:
    """Every file in the storage, whatever its folder."""
    return {path for path in Path(default_storage.location).rglob("*") if path.is_file()}


def add(cast, *ratings, content: bytes = PDF, name: str = "Register.pdf", **more) -> Evidence:
    """A file taken in through the service, by the cast's lead unless told otherwise."""
    return service.add_file(
        actor=cast.lead,
        enrolment=more.pop("enrolment", cast.enrolment),
        upload=io.BytesIO(content),
        name=name,
        ratings=ratings,
        **more,
    )


def rows_that_hold(text: str) -> list[str]:
    """The tables of the database with `text` anywhere in a row, history and audit included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        holding = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"])
            if cursor.fetchone()[0]:
                holding.append(table)
    return holding
