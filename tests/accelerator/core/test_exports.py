"""CSV that a spreadsheet opens without running anything in it."""

import csv
import io
import re

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator.core.exports import about_lines, csv_response, csv_text
from accelerator.models import AuditEvent, User
from tests.factories.programme import EnrolmentFactory, UserFactory

# What Excel, LibreOffice or Google Sheets may take for the start of a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
ATTACKS = [
    '=HYPERLINK("http://evil.example","Click")',
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "=cmd|' /C calc'!A0",
    '"=1+1',
    " =1+1",
    "＝1+1",
]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def is_inert(cell: str) -> bool:
    """Nothing that starts like a formula, apart from a plain negative number."""
    return not cell.startswith(DANGEROUS) or bool(re.fullmatch(r"-?[\d.,]+", cell, re.ASCII))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", ["header", "row", "about"])
def test_no_cell_is_a_formula_wherever_it_stands(attack: str, place: str) -> None:
    parts = {"header": ["name"], "row": ["fine"], "about": "Made by somebody"}
    parts[place] = attack if place == "about" else [attack]
    rows = read(csv_text(parts["header"], [parts["row"]], [parts["about"]]))
    cells = [cell for row in rows for cell in row]
    assert all(is_inert(cell) for cell in cells), cells
    kept = [cell.lstrip("'").replace("\\|", "|") for cell in cells]
    assert attack in kept, "the words are kept"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1))
def test_any_text_stays_in_its_own_cell_and_inert(words: list[str]) -> None:
    header = [f"column {n}" for n in range(len(words))]
    rows = read(csv_text(header, [words], []))
    assert rows[0] == header
    assert len(rows[1]) == len(words)
    assert all(is_inert(cell) for cell in rows[1])


@pytest.mark.parametrize(
    "text", ['He said "no"', "one\ntwo", "one\r\ntwo", 'a,"b"\n,c', "Ynys Môn — naïve £5"]
)
def test_quotes_commas_and_line_breaks_survive(text: str) -> None:
    assert read(csv_text(["words", "after"], [[text, "after"]], []))[1] == [text, "after"]


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    assert read(csv_text(["a", "b", "c"], [[0, 2.5, None]], []))[1] == ["0", "2.5", ""]


def test_about_lines_follow_the_table_after_an_empty_line() -> None:
    rows = read(csv_text(["level"], [["high"]], ["Made by Amina, Lead", "All criteria"]))
    assert rows == [["level"], ["high"], [], ["Made by Amina, Lead"], ["All criteria"]]


def test_an_export_says_who_made_it_when_and_on_what_basis() -> None:
    lines = about_lines(User(name="Amina Yusuf", email="amina@example.org"), "Counted criteria")
    assert lines[0].startswith("Made by Amina Yusuf on ")
    assert f"{timezone.localtime():%B %Y}" in lines[0]
    assert lines[1] == "Counted criteria"


@pytest.mark.django_db
def test_a_response_is_a_private_attachment_that_excel_reads_as_utf8() -> None:
    reader, row = UserFactory(), EnrolmentFactory()
    response = csv_response(
        "ratings.csv", ["name"], [["Ynys Môn"]], [], reader=reader, of=row.organisation
    )
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert "Ynys Môn" in response.content.decode("utf-8-sig")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="ratings.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    read = AuditEvent.objects.get()
    assert (read.action, read.actor, read.data) == ("export.read", reader, {"file": "ratings.csv"})
    assert read.organisation == row.organisation
