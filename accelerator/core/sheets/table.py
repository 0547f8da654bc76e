"""From rows of texts, wherever they were read, to headings and the rows below them."""

from collections.abc import Iterable, Sequence

from accelerator.core.sheets.refusals import SheetRefused
from accelerator.core.sheets.values import Caps, Row, Sheet, letter
from accelerator.core.text import folded

SHOWN = 60  # characters of a heading in a sentence


def table_of(rows: Iterable[Sequence[str]], caps: Caps) -> Sheet:
    """The first row that is not blank holds the headings. Raises SheetRefused."""
    headings: tuple[str, ...] = ()
    found: list[Row] = []
    for number, cells in enumerate(rows, start=1):
        texts = _texts(number, cells, caps)
        if not texts:
            continue
        if not headings:
            headings = _headings(texts)
            continue
        if len(found) == caps.max_rows:
            raise SheetRefused("too-many-rows", rows=f"{caps.max_rows:,}")
        found.append(Row(number, _below(headings, number, texts)))
    if not found:
        raise SheetRefused("no-table")
    return Sheet(headings, tuple(found))


def _texts(number: int, cells: Sequence[str], caps: Caps) -> list[str]:
    """Without blanks around them, and without blank cells at the end."""
    texts = [cell.strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > caps.max_columns:
        raise SheetRefused("too-many-columns", columns=caps.max_columns)
    for column, text in enumerate(texts):
        if len(text) > caps.max_characters:
            characters = f"{caps.max_characters:,}"
            raise SheetRefused("too-long", cell=f"{letter(column)}{number}", characters=characters)
    return texts


def _headings(texts: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for column, text in enumerate(texts):
        if not text:
            continue
        first = seen.setdefault(folded(text), column)
        if first != column:
            raise SheetRefused(
                "heading-twice", first=letter(first), second=letter(column), heading=text[:SHOWN]
            )
    return tuple(texts)


def _below(headings: tuple[str, ...], number: int, texts: list[str]) -> tuple[str, ...]:
    for column, text in enumerate(texts):
        if text and (column >= len(headings) or not headings[column]):
            name = letter(column)
            raise SheetRefused("no-heading", column=name, cell=f"{name}{number}")
    return tuple(texts) + ("",) * (len(headings) - len(texts))
