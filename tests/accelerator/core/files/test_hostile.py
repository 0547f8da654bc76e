"""Every hostile file that `python -m benchmarks hostile` measures, and honest ones beside them."""

import io
import struct

import pytest

from accelerator.core.files import FileRefused, inspect, ole2
from accelerator.core.files.refusals import MESSAGES
from tests.factories import files as made
from tests.factories import hostile

LIGHT = {name: case for name, case in hostile.FILES.items() if name not in hostile.BOMBS}


def outcome(content: bytes, name: str) -> str:
    try:
        with inspect(io.BytesIO(content), name):
            return "kept"
    except FileRefused as refused:
        return refused.code


@pytest.mark.parametrize("title", LIGHT)
def test_what_reaches_out_or_hides_is_refused(title: str) -> None:
    name, make, expected = LIGHT[title]
    assert outcome(make(), name) in expected


def test_every_refusal_says_how_to_save_it_without() -> None:
    codes = set().union(*(expected for _, _, expected in hostile.FILES.values())) - {"kept"}
    assert {code for code in codes if "upload" not in MESSAGES[code]} == set()


@pytest.mark.slow
@pytest.mark.parametrize("title", hostile.BOMBS)
def test_bombs_end_as_they_should(title: str) -> None:
    name, make, expected = hostile.BOMBS[title]
    assert outcome(make(), name) in expected


@pytest.mark.parametrize(
    "steps",
    [
        ("{", " IF ", "{", " PAGE ", "|", "}", " = 1 ", "|", "}"),
        ("{", " = ", "{", " PAGE ", "}", " - 1 ", "}"),
        ("{", ' HYPERLINK "https://example.org/link" ', "|", "}"),
        ("{", " TOC \\o ", "|", "{", " PAGEREF _Toc1 ", "|", "}", "}"),
        ("{", " RDATE ", "}", "{", " LINKED ", "}"),
    ],
)
def test_ordinary_fields_stay(steps: tuple[str, ...]) -> None:
    assert outcome(made.word_field(*steps), "a.docx") == "kept"


def test_ordinary_fields_of_older_documents_stay() -> None:
    text = "DDE \x13 HYPERLINK x \x14 DDE \x15 and \x13 IF \x13 PAGE \x15 = 1 \x14\x15"
    assert outcome(made.word_with(text, "more"), "a.doc") == "kept"


@pytest.mark.parametrize("path", [" ", "\0"])
def test_a_workbooks_own_books_stay(path: str) -> None:
    assert outcome(made.excel_with_book(path), "a.xls") == "kept"


def test_ordinary_formulas_and_the_workbook_of_a_chart_stay() -> None:
    inner = made.sheet('IF(A1="a|b",1,2)', "'x|y'!A1+1", 'HYPERLINK("https://example.org")')
    assert outcome(inner, "a.xlsx") == "kept"
    assert outcome(hostile.nested_workbook(inner), "a.docx") == "kept"


@pytest.mark.parametrize(
    "line",
    [
        "name,-5",
        "a,=SUM(A1:A2)",
        "yes | no!,-",
        "-low|high",
        'x,"=A1 & ""|"""',
        pytest.param("\t" * 60_000 + "a|b", id="many empty cells"),
    ],
)
def test_ordinary_cells_of_a_csv_stay(line: str) -> None:
    assert outcome(f"{line}\r\n".encode(), "a.csv") == "kept"


@pytest.mark.parametrize("line", ["x\t\t =cmd|'/c calc'!A1", "\t\t@cmd|'/c'!A1", "  +cmd|'/c'!A1"])
def test_a_command_in_any_cell_of_a_csv_is_refused(line: str) -> None:
    assert outcome(f"{line}\r\n".encode(), "a.csv") == "commands"


@pytest.mark.parametrize(
    ("body", "extension", "part"),
    [
        ('<t:a xlink:href="https://example.org/"/>', "odt", "content.xml"),
        ('<d:image xlink:href="Pictures/1.png"/>', "odt", "content.xml"),
        ('<d:object xlink:href="./Object 1"/>', "odt", "content.xml"),
        ('<d:chart xlink:href=".."/>', "odt", "Object 1/content.xml"),
        ('<t:template xlink:href="file:///C:/Letter.ott"/>', "odt", "meta.xml"),
        ('<s:event-listener s:action="next-page"/>', "odp", "content.xml"),
        ('<t:table-cell t:formula="of:=SUM([.A1:.B2])"/>', "ods", "content.xml"),
    ],
)
def test_what_an_opendocument_file_brings_along_stays(body: str, extension: str, part: str) -> None:
    assert outcome(made.open_with(body, extension, part), f"a.{extension}") == "kept"


def test_a_field_is_found_with_either_table_of_an_older_document() -> None:
    for table in ("0Table", "1Table"):
        assert outcome(made.word_with("\x13 DDE x \x15", table=table), "a.doc") == "commands"


def test_pieces_of_an_older_document_that_share_bytes_are_refused() -> None:
    main, count = bytes(4096), 10
    starts = struct.pack(f"<{count + 1}L", *range(0, 1000 * (count + 1), 1000))
    pieces = struct.pack("<HLH", 0, 0x40000000, 0) * count
    clx = struct.pack("<BL", 2, len(starts + pieces)) + starts + pieces
    with pytest.raises(FileRefused, match="damaged"):
        ole2._word_text(main, clx)


def test_a_formula_without_end_is_refused() -> None:
    endless = "+".join(f"A{number * 7919:x}" for number in range(200_000))
    assert outcome(made.sheet(endless), "a.xlsx") == "too-complex"
