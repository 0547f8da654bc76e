"""An Excel workbook (.xlsx) as rows of texts: what a cell shows, near enough."""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

import openpyxl

from accelerator.core.files.kinds import ACCEPTED
from accelerator.core.files.office import check_openxml
from accelerator.core.files.packages import Package
from accelerator.core.files.refusals import Limits
from accelerator.core.sheets.refusals import SheetRefused

MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([A-Z]+\d+:[A-Z]+\d+)[\"']")
LONGEST = 200  # bytes of one such element


def rows_of(stream: IO[bytes], size: int, limits: Limits) -> Iterator[list[str]]:
    """The cells of each row of the one sheet that has any, blank rows too, so that they count.

    Raises SheetRefused, and FileRefused for what is no workbook or may not be opened.
    """
    check_openxml(stream, io.BytesIO(), size, ACCEPTED["xlsx"], limits)
    _refuse_merged(Package(stream, size, limits))
    stream.seek(0)
    book = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
    for sheet in book.worksheets:
        # What a sheet says of its own size is often wrong, and may be a lie.
        sheet.reset_dimensions()
    filled = [sheet for sheet in book.worksheets if _has_anything(sheet)]
    if len(filled) > 1:
        names = ", ".join(f"“{sheet.title}”" for sheet in filled[:5])
        raise SheetRefused("several-sheets", sheets=names)
    for sheet in filled:
        yield from ([_text(cell) for cell in row] for row in sheet.iter_rows())


def _refuse_merged(package: Package) -> None:
    """As text: a parser would take seconds for a large sheet, and they stand at its end."""
    for name in package.names():
        if not name.startswith("xl/worksheets/"):
            continue
        rest = b""
        for chunk in package.chunks(name):
            if found := MERGED.search(rest + chunk):
                raise SheetRefused("merged", cells=found[1].decode().replace(":", " to "))
            rest = (rest + chunk)[-LONGEST:]


def _has_anything(sheet: Any) -> bool:
    return any(cell.value not in (None, "") for row in sheet.iter_rows() for cell in row)


def _text(cell: Any) -> str:
    """A number without the “.0” that a spreadsheet does not show, a date as 2026-05-31."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise SheetRefused("formula", cell=cell.coordinate)
    if cell.data_type == "e":
        raise SheetRefused("error-value", cell=cell.coordinate, text=str(value)[:20])
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        midnight = not (value.hour or value.minute or value.second)
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)
