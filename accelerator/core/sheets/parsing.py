"""What is done to the hostile bytes themselves: by `core.files.child` only, within its limits."""

import json
from collections.abc import Iterator
from dataclasses import astuple
from typing import IO

from accelerator.core.files.refusals import FileRefused, Limits
from accelerator.core.sheets import delimited, workbook
from accelerator.core.sheets.refusals import SheetRefused
from accelerator.core.sheets.table import table_of
from accelerator.core.sheets.values import Caps


def answer(
    stream: IO[bytes],
    target: IO[bytes],
    limits: Limits,
    *,
    extension: str,
    size: int,
    windows: bool,
    caps: dict,
) -> dict:
    """Write the table to `target` as JSON: [headings, [[number, cells], …]]."""
    try:
        sheet = table_of(_rows(stream, extension, size, windows, limits), Caps(**caps))
    except SheetRefused as refusal:
        return {"refused": refusal.code, "details": refusal.details}
    except (FileRefused, MemoryError):
        raise
    except Exception:
        # The reader of workbooks meets what nobody foresaw with any error there is.
        return {"refused": "damaged", "details": {}}
    target.write(json.dumps(astuple(sheet)).encode())
    return {"read": True}


def _rows(
    stream: IO[bytes], extension: str, size: int, windows: bool, limits: Limits
) -> Iterator[list[str]]:
    if extension == "xlsx":
        return workbook.rows_of(stream, size, limits)
    stream.seek(0)
    return delimited.rows_of(stream.read(), windows=windows)
