"""The heat-map report: its words, its tags, and how it takes other sizes and long words."""

from __future__ import annotations

import io
import logging
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader

from accelerator.core import pdf
from tests.factories.pdf_anatomy import tags
from tests.factories.report_context import PILLARS, VALUES, report_context

TEMPLATE = "assessments/pdf/heatmap_report.html"
CREATED = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
LONG_SIDE, SHORT_SIDE = 841.89, 595.28  # A4, in points


def render_report(context: dict[str, Any]) -> bytes:
    return pdf.render_report(TEMPLATE, context)


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def texts(reader: PdfReader) -> list[str]:
    """The text of each page, with runs of white space made one space."""
    return [" ".join(page.extract_text().split()) for page in reader.pages]


@pytest.fixture(scope="module")
def report() -> bytes:
    return render_report(report_context())


@pytest.fixture(scope="module")
def reader(report: bytes) -> PdfReader:
    return read(report)


def test_the_report_is_tagged_pdf_ua(reader):
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in catalogue["/Metadata"].get_data()
    kinds = [element["/S"] for element in tags(reader)]
    assert kinds.count("/Table") == 2
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == len(PILLARS)
    assert kinds.count("/H3") == sum(len(row) for row in VALUES)
    assert "/Figure" not in kinds


def test_every_rated_cell_knows_its_pillar(reader):
    cells = [
        element
        for element in tags(reader)
        if element["/S"] == "/TD" and "/Headers" in element.get("/A", {})
    ]
    assert len(cells) >= sum(len(row) for row in VALUES)
    assert all(cell["/A"]["/Headers"] for cell in cells)


def test_metadata(reader):
    assert reader.metadata.title == "Confidence heat-map: Riverbank Young Volunteers"
    assert reader.metadata.author == "Amina Okafor"
    assert reader.metadata.subject == "Self-assessment, submitted 14 November 2026"
    assert reader.metadata.creator == "Impact Accelerator"
    assert reader.metadata.creation_date == CREATED


def test_bookmarks_lead_to_the_map_and_to_each_pillar(reader):
    top = [item for item in reader.outline if not isinstance(item, list)]
    names = [item.title for item in top]
    assert names == ["Confidence heat-map", *(title for _, title, _ in PILLARS)]
    places = [reader.get_destination_page_number(item) for item in top]
    assert places[:2] == [0, 1]
    assert places == sorted(set(places))
    below = [item for item in reader.outline if isinstance(item, list)]
    assert [len(items) for items in below] == [len(row) for row in VALUES]


def test_each_tile_links_to_its_criterion(reader):
    links = [note.get_object()["/Dest"] for note in reader.pages[0]["/Annots"]]
    assert links[0] == "criterion-design.overall"
    assert len(set(links)) == sum(len(row) for row in VALUES)
    assert set(links) <= set(reader.named_destinations)


def test_the_map_is_a4_landscape_pillars_are_a4_portrait_and_all_are_numbered(reader):
    for number, (page, text) in enumerate(zip(reader.pages, texts(reader), strict=True), start=1):
        size = (float(page.mediabox.width), float(page.mediabox.height))
        expected = (LONG_SIDE, SHORT_SIDE) if number == 1 else (SHORT_SIDE, LONG_SIDE)
        assert size == pytest.approx(expected, abs=0.1)
        assert f"Page {number} of {len(reader.pages)}" in text


def test_every_font_is_embedded_and_the_typeface_is_ours(reader):
    fonts = embedded_fonts(reader)
    assert fonts
    assert all(fonts.values())
    assert all("Atkinson-Hyperlegible-Next" in name for name in fonts)


def embedded_fonts(reader: PdfReader) -> dict[str, bool]:
    found = {}
    for page in reader.pages:
        for reference in page["/Resources"]["/Font"].values():
            for descendant in reference.get_object()["/DescendantFonts"]:
                descriptor = descendant.get_object()["/FontDescriptor"]
                found[descriptor["/FontName"]] = any(
                    key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
                )
    return found


def test_the_front_page_says_what_it_is(reader):
    front = texts(reader)[0]
    for words in (
        "Riverbank Young Volunteers",
        "Neighbourhood Makers, ages 10 to 16",
        "Demonstration cohort, autumn 2026",
        "First assessment",
        "Self-assessment, submitted 14 November 2026",
        "Confidence Framework, version 2.0",
        "28 rated, 2 cannot be rated",
        "This is not a pass mark.",
        "Made by Amina Okafor on 21 November 2026 at 10:14.",
        "It shows the organisation’s own ratings, as submitted.",
        "Dartington Service Design Lab",
    ):
        assert words in front


def test_not_rated_and_the_lowest_level_stay_apart(reader):
    front = texts(reader)[0]
    values = [value for row in VALUES for value in row]
    assert front.count("Cannot be rated") == values.count(None)
    # Each of the others appears once more, in the legend.
    assert front.count("Not rated") == 1
    assert len(re.findall(r"Low or no\b", front)) == values.count(0) + 1


def test_a_pillar_page_gives_reasons_and_evidence(reader):
    design = texts(reader)[1]
    assert "Pillar 1 of 5" in design
    assert "The opportunity is thought through before it starts." in design
    assert "The programme handbook sets it out" in design
    assert "Programme handbook 2026" in design
    assert "Section 2, pages 4 to 9 · shows it exists · 1.4 MB" in design
    everything = " ".join(texts(reader))
    assert "Could not be rated. We have only one site" in everything


def test_synthetic_data_says_so_on_every_page_and_real_data_never(reader):
    line = "Synthetic demonstration data"
    assert all(line in text for text in texts(reader))
    real = read(render_report(report_context(values=((0, 1), (2, None)), synthetic=False)))
    assert not any("ynthetic" in text for text in texts(real))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_what_people_type_is_shown_as_text_and_fetches_nothing(listener):
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x.png"
    hostile = f'<script>alert(1)</script><img src={address}><style>@import "{address}";</style>'
    context = report_context(values=((1, 0), (3, None)))
    for section in context["pillars"]:
        section["pillar"]["summary"] = hostile
        for row in section["rows"]:
            row["justification"] = row["cannot_rate_reason"] = hostile
            row["evidence"] = [{"title": hostile, "kind": "note", "part": hostile}]
            row["cell"].label = row["cell"].statement = hostile
    context["assessment"].enrolment.organisation.name = f"<b>{address}"
    text = re.sub(r"\s", "", "".join(texts(read(render_report(context)))))
    assert re.sub(r"\s", "", hostile) in text
    assert f"<b>{address}" in text
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_same_input_gives_the_same_bytes():
    small = {"values": ((0, 1, 2), (3, None))}
    first = render_report(report_context(**small))
    other = report_context(**small)
    other["pillars"][0]["rows"][0]["justification"] = "Something else."
    assert render_report(other) != first
    assert render_report(report_context(**small)) == first


@pytest.mark.parametrize(
    ("values", "level_count"),
    [
        (((2, 1, 0, None, 1), (0, 1, 2), (1, 1, 1, 1, 0), (2, 2)), 3),
        (((0,),), 4),
        (((2, 1, 0, 3, None, 1, 2, 3, 1),), 4),
        (((0, None),) * 8, 4),
    ],
    ids=["three levels, uneven rows", "one criterion", "nine wide", "eight deep"],
)
def test_other_framework_sizes(values, level_count, weasyprint_log):
    reader = read(render_report(report_context(values=values, level_count=level_count)))
    bookmarks = [item for item in reader.outline if not isinstance(item, list)]
    assert len(bookmarks) == 1 + len(values)
    everything = " ".join(texts(reader))
    assert f"Pillar {len(values)} of {len(values)}" in everything
    assert ("Little confidence" in everything) == (level_count == 4)
    assert weasyprint_log == []


def test_long_and_unusual_words_keep_their_place(weasyprint_log):
    context = report_context(values=((1, 0, 2), (3, None)))
    rows = context["pillars"][0]["rows"]
    rows[0]["justification"] = ("We talked about this more than once. " * 140)[:5000]
    rows[1]["justification"] = "Unbroken" * 120
    rows[2]["evidence"] = [{"title": f"Piece {number}", "kind": "file"} for number in range(30)]
    rows[2]["justification"] = "Zażółć gęślą jaźń, Ŵyneb."
    context["grid"].rows[0].cells[0].label = "A long label that says a great deal. " * 3
    context["assessment"].enrolment.organisation.name = "An organisation of many words " * 3
    reader = read(render_report(context))
    pages = texts(reader)
    everything = " ".join(pages)
    # Nothing is lost, whatever line or page it breaks across.
    assert len(re.findall(r"\btalked\b", everything)) == 135
    assert "Unbroken" * 120 in "".join(everything.split())
    assert all(f"Piece {number} " in everything for number in range(30))
    assert "Zażółć gęślą jaźń, Ŵyneb." in everything
    assert "Pillar 1 of 2" in pages[1]
    assert all(room > 40 for room in room_at_the_right(reader))
    assert weasyprint_log == []


def test_words_in_other_scripts_do_not_disturb_the_rest():
    context = report_context(values=((1,),))
    row = context["pillars"][0]["rows"][0]
    row["justification"] = "שלום עולם\n\nمرحبا بالعالم\n\n😀 👩‍👩‍👧 then plain words"
    # pypdf cannot read a font in which a letter is missing; PDFium, like browsers, can.
    with pypdfium2.PdfDocument(render_report(context)) as document:
        page = document[1].get_textpage().get_text_range()
    for words in ("שלום עולם", "مرحبا بالعالم", "then plain words"):
        assert words in page


def room_at_the_right(reader: PdfReader) -> Iterator[float]:
    """How far from the right edge the last letter run of each page starts, in points."""
    for page in reader.pages:
        places: list[float] = []

        def visit(text: str, matrix: list, text_matrix: list, font: Any, size: float) -> None:
            if text.strip():
                places.append(text_matrix[4] * matrix[0] + matrix[4])  # noqa: B023

        page.extract_text(visitor_text=visit)
        yield float(page.mediabox.width) - max(places)


@pytest.fixture
def weasyprint_log() -> Iterator[list[str]]:
    """What WeasyPrint warns of: a stylesheet, font or image it could not use."""
    messages: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler = Keep(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)
