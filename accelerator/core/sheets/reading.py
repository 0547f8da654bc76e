"""Reading an uploaded spreadsheet: copy within the cap, agree on what it is, parse it apart."""

import json
from contextlib import closing
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import IO

from accelerator.core.files.apart import Child
from accelerator.core.files.inspection import copy_within
from accelerator.core.files.kinds import ACCEPTED, check_signature
from accelerator.core.files.names import safe_display_name, split_extension
from accelerator.core.files.refusals import FileRefused, Limits
from accelerator.core.sheets.refusals import SheetRefused
from accelerator.core.sheets.values import Caps, Row, Sheet

PARSING = "accelerator.core.sheets.parsing"
READ = ("csv", "xlsx")
WITH_MACROS = ("xlsm", "xltm", "xlsb", "xlam")


def read(upload: IO[bytes], name: str, *, caps: Caps | None = None, windows: bool = False) -> Sheet:
    """The one table of a CSV file or an Excel workbook. Raises SheetRefused; keeps nothing.

    `name` is whatever the browser sent. `windows`: the person says that a CSV file which is not
    UTF-8 is in Windows-1252.
    """
    shown = safe_display_name(name)
    try:
        return _read(upload, split_extension(shown)[1], caps or Caps(), windows)
    except SheetRefused as refusal:
        refusal.name = shown
        raise
    except FileRefused as refusal:
        raise SheetRefused(refusal.code, name=shown, **refusal.details) from refusal


def _read(upload: IO[bytes], extension: str, caps: Caps, windows: bool) -> Sheet:
    if extension not in READ:
        raise SheetRefused("macros" if extension in WITH_MACROS else "type")
    limits = Limits(
        max_bytes=caps.max_bytes, max_seconds=caps.max_seconds, max_memory=caps.max_memory
    )
    with TemporaryFile() as original, TemporaryFile() as table:
        size = copy_within(limits.max_bytes, upload, original)
        check_signature(original, ACCEPTED[extension])
        # Seldom used, so no process waits for the next one.
        with closing(Child(PARSING)) as child:
            said = child.ask(
                original,
                table,
                limits,
                extension=extension,
                size=size,
                windows=windows,
                caps=asdict(caps),
            )
        return _understood(said, table)


def _understood(said: bytes, table: IO[bytes]) -> Sheet:
    """Whoever read hostile bytes is believed no further than what it may say."""
    try:
        answer = json.loads(said)
        if "refused" in answer:
            refusal = SheetRefused(answer["refused"], **answer["details"])
            if not refusal.message:
                raise ValueError
        else:
            table.seek(0)
            headings, rows = json.load(table)
            return Sheet(_texts(headings), tuple(Row(int(n), _texts(row)) for n, row in rows))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise SheetRefused("too-heavy") from error
    raise refusal


def _texts(cells: list) -> tuple[str, ...]:
    if not all(isinstance(cell, str) for cell in cells):
        raise TypeError
    return tuple(cells)
