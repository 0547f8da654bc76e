"""CSV: text in UTF-8 or UTF-16, with commas, semicolons or tabs between the cells."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from accelerator.core.sheets.refusals import SheetRefused
from accelerator.core.sheets.values import letter

DELIMITERS = ",;\t"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# All below a space but tab, line feed, vertical tab, form feed and return; and half characters.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def rows_of(content: bytes, *, windows: bool) -> Iterator[list[str]]:
    """The cells of each row. `windows`: somebody said that it is in Windows-1252, which nothing in
    a file can prove. Raises SheetRefused."""
    text = _decoded(content, windows)
    if CONTROL.search(text):
        raise SheetRefused("not-plain-text")
    csv.field_size_limit(len(text) + 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            for column, cell in enumerate(row):
                if cell.lstrip().startswith("="):
                    raise SheetRefused("formula", cell=f"{letter(column)}{number}")
            yield row
    except csv.Error as error:
        raise SheetRefused("quotes", row=number + 1) from error


def _decoded(content: bytes, windows: bool) -> str:
    encodings = ["utf-16"] if content.startswith(UTF_16) else ["utf-8-sig"]
    for encoding in [*encodings, *(["cp1252"] if windows else [])]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused("not-plain-text" if b"\0" in content else "encoding")


def _delimiter(text: str) -> str:
    """Whichever is most often in the first line that is not blank, outside quotation marks."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for character in text.lstrip("\r\n"):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "\r\n":
            break
        elif not quoted and character in counts:
            counts[character] += 1
    return max(counts, key=lambda one: counts[one])
