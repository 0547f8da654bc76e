"""Spreadsheets as people make them, and as nobody should: read, or refused with a sentence."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from accelerator.core.files.child import _said
from accelerator.core.sheets import Caps, SheetRefused, letter, parsing, read, reading
from accelerator.core.sheets.refusals import MESSAGES
from tests.factories import files as made

TABLE = "name,town\nRiverbank,Ely\n\nLantern,Hull\n"


class Here:
    """In place of the process of its own, which takes half a second to start."""

    def __init__(self, _module: str) -> None:
        pass

    def ask(self, stream, target, limits, **question) -> bytes:
        stream.flush()
        files = os.dup(stream.fileno()), os.dup(target.fileno())
        return json.dumps(_said(parsing.answer, *files, limits, **question)).encode()

    def close(self) -> None:
        pass


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "Child", Here)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: tuple, change: Callable | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    return saved(book)


def rows(content: bytes | str, name: str = "a.csv", **options) -> list[tuple]:
    content = content.encode() if isinstance(content, str) else content
    sheet = read(io.BytesIO(content), name, **options)
    return [sheet.headings, *((row.number, *row.cells) for row in sheet.rows)]


def refused(content: bytes | str, name: str = "a.csv", **options) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        rows(content, name, **options)
    assert "{" not in caught.value.message
    return caught.value


def test_letters() -> None:
    names = [letter(column) for column in (0, 25, 26, 51, 52, 701, 702)]
    assert names == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


EXPECTED = [("name", "town"), (2, "Riverbank", "Ely"), (4, "Lantern", "Hull")]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.encode("utf-16"),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").replace("\n", "\r\n").encode(),
        b'"name" , town\n'.replace(b" ,", b",") + b'Riverbank,Ely\n,\n" Lantern ",Hull,,\n',
        workbook(("name", "town"), ("Riverbank", " Ely "), (), ("Lantern", "Hull", None, "")),
    ],
    ids=["UTF-8", "with a mark", "UTF-16", "semicolons", "tabs", "quoted", "workbook"],
)
def test_a_table_is_read_with_its_row_numbers(content: bytes) -> None:
    assert rows(content, "a.xlsx" if content.startswith(b"PK") else "a.csv") == EXPECTED


@pytest.mark.usefixtures("here")
def test_a_cell_of_several_lines_is_one_row() -> None:
    assert rows('a,b\n"one\ntwo",x\ny,z\n')[1:] == [(2, "one\ntwo", "x"), (3, "y", "z")]


@pytest.mark.usefixtures("here")
def test_what_a_cell_shows_is_what_is_read() -> None:
    values = (4, 4.0, 2.5, 1e20, True, date(2026, 5, 31), datetime(2026, 5, 31, 14, 5), "0012")  # noqa: DTZ001
    shown = rows(workbook(tuple("abcdefgh"), values), "a.xlsx")[1]
    assert shown[1:5] == ("4", "4", "2.5", "100000000000000000000")
    assert shown[5:] == ("TRUE", "2026-05-31", "2026-05-31 14:05", "0012")


@pytest.mark.usefixtures("here")
def test_another_sheet_without_anything_does_no_harm() -> None:
    content = workbook(("a",), ("1",), change=lambda book: book.create_sheet("Empty"))
    assert rows(content, "a.xlsx") == [("a",), (2, "1")]


def formula(book: Workbook) -> None:
    book.active["B2"] = '=HYPERLINK("https://evil.example")'


def merged(book: Workbook) -> None:
    book.active.merge_cells("A2:B2")


def second_sheet(book: Workbook) -> None:
    book.create_sheet("Old")["C7"] = "left over"


def error_value(book: Workbook) -> None:
    book.active["B2"] = "#N/A"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (formula, "formula", "Cell B2"),
        (merged, "merged", "A2 to B2"),
        (second_sheet, "several-sheets", "“Sheet”, “Old”"),
        (error_value, "error-value", "Cell B2 shows an error (#N/A)"),
    ],
)
def test_a_workbook_that_can_be_read_in_two_ways(change, code: str, words: str) -> None:
    refusal = refused(workbook(("a", "b"), ("1", "2"), change=change), "a.xlsx")
    assert refusal.code == code
    assert words in refusal.message


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in parts.items():
            bundle.writestr(name, content)
    return out.getvalue()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (zipped(a=b"x"), "a.xlsx", "wrong-content"),
        (zipped(a=b"x"), "a.csv", "not-plain-text"),
        (made.openxml("xlsx")[:-40], "a.xlsx", "damaged"),
        (b"", "a.csv", "empty"),
        (b"name,town\n", "a.csv", "no-table"),
        (workbook(), "a.xlsx", "no-table"),
        (b"a", "a.xls", "type"),
        (b"a", "a.xlsm", "macros"),
        (b"a", "table", "type"),
        ("name\ncafé".encode("cp1252"), "a.csv", "encoding"),
        ("name\nx".encode("utf-16-le"), "a.csv", "not-plain-text"),
        (b'a,b\n"x"y,z\n', "a.csv", "quotes"),
        (b'a,b\n1,2\n"x,z\n', "a.csv", "quotes"),
        (b"a,b\n1,=2+2\n", "a.csv", "formula"),
        (b"a,b\n1,2,3\n", "a.csv", "no-heading"),
        (b"a,,b\n1,2,3\n", "a.csv", "no-heading"),
        (b"Name,  name \n1,2\n", "a.csv", "heading-twice"),
        (b"a\n" + b"1\n" * 6, "a.csv", "too-many-rows"),
        (b"," * 4 + b"a\n" + b"1\n", "a.csv", "too-many-columns"),
        (b"a\n" + b"x" * 101, "a.csv", "too-long"),
        (b"a\n" + b"x" * 3000, "a.csv", "too-large"),
    ],
)
def test_a_file_that_is_no_table(content: bytes, name: str, code: str) -> None:
    caps = Caps(max_rows=5, max_columns=4, max_characters=100, max_bytes=3000)
    if name == "a.xlsx":
        caps = Caps()
    refusal = refused(content, name, caps=caps)
    assert refusal.code == code
    assert code in MESSAGES


@pytest.mark.usefixtures("here")
def test_the_row_of_a_wrong_quotation_mark_is_named() -> None:
    assert "Row 3 has" in refused(b'a,b\n1,2\n"x"y,z\n').message


def test_a_long_heading_is_told_in_part() -> None:
    """An answer as long as the heading would be taken for none."""
    refusal = refused(b"Name" * 2000 + b"," + b"Name" * 2000 + b"\n1,2\n")
    assert refusal.code == "heading-twice"
    assert len(refusal.message) < 200


@pytest.mark.usefixtures("here")
def test_windows_1252_is_read_where_somebody_says_so_and_only_where_nothing_else_fits() -> None:
    assert rows("name\ncafé".encode("cp1252"), windows=True)[1] == (2, "café")
    assert rows("name\ncafé".encode(), windows=True)[1] == (2, "café")


@pytest.mark.usefixtures("here")
def test_a_sheet_that_unpacks_without_end_is_refused_in_time() -> None:
    bomb = workbook(*[("a" * 50,) * 40] * 20)
    source = zipfile.ZipFile(io.BytesIO(bomb))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info.filename)
            target.writestr(info.filename, content)
        target.writestr("xl/media/a.bin", b"\0" * 60_000_000)
    assert refused(out.getvalue(), "a.xlsx").code == "unpacks-too-large"


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is() -> None:
    part, was = "xl/worksheets/sheet1.xml", b'ref="A1:B2"'
    lying = content_with(workbook(("a", "b"), ("1", "2")), part, was, b'ref="A1:A1"')
    assert rows(lying, "a.xlsx") == [("a", "b"), (2, "1", "2")]


def content_with(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            was = source.read(info.filename)
            assert info.filename != part or old in was
            target.writestr(info.filename, was.replace(old, new) if info.filename == part else was)
    return out.getvalue()


def test_a_row_of_an_absurd_number_ends_in_a_refusal() -> None:
    part, was = "xl/worksheets/sheet1.xml", b'<row r="2"'
    broken = content_with(workbook(("a",), ("1",)), part, was, b'<row r="99999999999"')
    assert refused(broken, "a.xlsx", caps=Caps(max_seconds=1)).code == "too-heavy"


@pytest.mark.parametrize(
    "said", [b"", b"[]", b'{"refused": "formula", "details": {}}', b'{"read": true}']
)
def test_a_child_that_answers_nonsense_refuses_the_file(said: bytes) -> None:
    with pytest.raises(SheetRefused, match="too-heavy"):
        reading._understood(said, io.BytesIO(b'[["a"], [[2, [7]]]]'))
