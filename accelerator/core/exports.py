"""The only writer of CSV (and of spreadsheets): no cell is a formula or a link by accident."""

import io
from collections.abc import Iterable, Sequence

from defusedcsv import csv
from django.db.models import Model
from django.http import HttpResponse
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.text import left_to_read
from accelerator.models import User

Cell = str | int | float | None


# Spreadsheets skip or fold these before they look for a formula; defusedcsv knows the rest.
ALSO_DANGEROUS = ("\t", "\r", "\n", "＝", "＋", "－", "＠")


def _inert(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    text = left_to_read(cell)
    return f"'{text}" if text.startswith(ALSO_DANGEROUS) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]], about: Sequence[str]) -> str:
    """CSV with `about` lines (who, when, on what basis) after the table, each in one cell."""
    out = io.StringIO()
    about_rows = [[line] for line in about]
    writer = csv.writer(out)
    writer.writerows([_inert(cell) for cell in row] for row in (header, *rows, [], *about_rows))
    return out.getvalue()


def about_lines(user: User, basis: str) -> list[str]:
    """Who made an export, when, and on what basis."""
    made = timezone.localtime()
    return [f"Made by {user.name} on {made:%d %B %Y at %H:%M}", basis]


def csv_response(
    filename: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    about: Sequence[str],
    *,
    reader: User,
    of: Model,
) -> HttpResponse:
    """The CSV as an attachment; that `reader` took it away is in the audit, where `of` belongs."""
    audit.record_reading(reader, "export.read", of, file=filename)
    return csv_file(filename, header, rows, about)


def csv_file(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], about: Sequence[str]
) -> HttpResponse:
    """A CSV that tells of nothing, such as a template to fill in: an attachment, with the byte
    order mark that Excel needs for UTF-8."""
    return HttpResponse(
        "\ufeff" + csv_text(header, rows, about),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
