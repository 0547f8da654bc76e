"""The one way past what is locked and append-only: the database's own function, which records who
removed what kind of words, and why. See docs/adr/0011."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection, models
from psycopg.sql import SQL, Identifier

from accelerator.core import words
from accelerator.core.places import read_place
from accelerator.models import User

# Triggers stand aside in the function alone, whatever a session has set. pgtrigger writes its own
# version of this with each trigger that a migration adds: hence after every `migrate`.
GUARD = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name name)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    ignored text[] := nullif(current_setting('pgtrigger.ignore', true), '');
    stack text;
BEGIN
    IF ignored IS NULL OR NOT trigger_name = ANY(ignored) THEN RETURN false; END IF;
    -- The function acts as its owner; on a stack anybody can write, as a line of their statement.
    IF current_user IS DISTINCT FROM (
        SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE oid = to_regprocedure(
            'public.accelerator_redact(bigint,text,text,text,text,jsonb)')
    ) THEN RETURN false; END IF;
    GET DIAGNOSTICS stack = PG_CONTEXT;
    RETURN stack ~ '(^|\\n)[^"\\n]* accelerator_redact\\(bigint,';
END $$;
"""
FREE_TEXT = """
CREATE OR REPLACE FUNCTION accelerator_free_text()
RETURNS TABLE (held_in text, named text, versioned text, events text)
LANGUAGE sql IMMUTABLE AS $$ VALUES {rows} $$;
"""


class Mode(StrEnum):
    """What stands where the words were: the date of the removal, nothing, or "a former member"."""

    REMOVED = "removed"
    CLEARED = "cleared"
    FORMER = "former"


@dataclass(frozen=True)
class Cell:
    """One column of one row, and what goes of it with its history: all, or only `words`.

    Words shorter than `shortest` are taken for a copy only where they are all that is written.
    `key` is the part of a JSON column to look in.
    """

    row: models.Model | type[models.Model]
    name: str
    pk: Any = None
    words: tuple[str, ...] | None = None
    shortest: int = 1
    key: str = ""

    def as_json(self) -> dict:
        meta = self.row._meta
        cell: dict[str, Any] = {
            "table": meta.db_table,
            "column": words.column_of(self.row, self.name),
            "id": str(self.pk or self.row.pk),
            "shortest": self.shortest,
        }
        if self.words is not None:
            cell["words"] = list(self.words)
        if self.key:
            cell["key"] = self.key
        return cell


def remove(
    *,
    who: User,
    mode: Mode,
    kind: str,
    reason: str,
    target: models.Model,
    cells: Iterable[Cell],
    at: models.Model | None = None,
) -> int:
    """Remove words for good, in rows and histories, with one audit event; how many rows changed.

    `at` says where `target` belongs, if it does not itself. Raises IntegrityError
    (`redaction_of_free_text`) for a column that is in no list.
    """
    asked = json.dumps([cell.as_json() for cell in cells])
    name = f"{target._meta.label_lower}:{target.pk}"
    place = read_place(at or target, who)
    with connection.cursor() as cursor:
        for scope, pk in place.items():
            cursor.execute(
                "SELECT set_config(%s, %s, true)", [f"accelerator.{scope}", str(pk or "")]
            )
        cursor.execute(
            "SELECT accelerator_redact(%s, %s, %s, %s, %s, %s)",
            [who.pk, mode.value, kind, reason, name, asked],
        )
        return cursor.fetchone()[0]


def install(**_signal: Any) -> None:
    """Tell the database which columns hold words, and let nothing else pass its triggers."""
    rows = ", ".join(
        f"('{each.table}', '{each.name}', '{each.version}', '{each.events}')"
        for each in words.columns()
    )
    with connection.cursor() as cursor:
        cursor.execute(GUARD)
        cursor.execute(FREE_TEXT.format(rows=rows))


def keep_still(model: type[models.Model], pks: Iterable[Any]) -> None:
    """Wait for whoever copies words under these rows, and let nobody begin, until we are saved."""
    meta = model._meta
    with connection.cursor() as cursor:
        lock = SQL("SELECT 1 FROM {} WHERE {key} = ANY(%s) ORDER BY {key} FOR SHARE").format(
            Identifier(meta.db_table), key=Identifier(str(meta.pk.column))
        )
        cursor.execute(lock.as_string(), [list(pks)])
