"""What was read of a spreadsheet, and how much of one is read."""

from dataclasses import dataclass

from accelerator.core.files.refusals import MEGABYTE

ACCEPT = ".csv,.xlsx"


@dataclass(frozen=True)
class Caps:
    """How much is read. Bytes of the file and of memory, seconds of computing, rows below the
    headings, columns, characters of one cell."""

    max_bytes: int = 5 * MEGABYTE
    max_memory: int = 138 * MEGABYTE
    max_seconds: float = 5.0
    max_rows: int = 5000
    max_columns: int = 60
    max_characters: int = 10_000


@dataclass(frozen=True)
class Row:
    """One row that is not blank. `number` is what a spreadsheet program calls it (from 1); `cells`
    are its texts from column A on, as many as there are headings, without blanks around them."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The headings from column A on, each once, and the rows below them."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def letter(column: int) -> str:
    """What a spreadsheet program calls a column, 0 for the first: "A" … "Z", "AA" …"""
    name, number = "", column + 1
    while number:
        number, place = divmod(number - 1, 26)
        name = chr(ord("A") + place) + name
    return name
