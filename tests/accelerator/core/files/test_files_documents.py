"""Documents: PDF, Office and OpenDocument files that are locked, that run, or that hide others."""

import io
import struct
import time
import zipfile
from dataclasses import replace

import pytest
from pypdf.actions import JavaScript

from accelerator.core.files import (
    ACCEPTED,
    DEFAULT_LIMITS,
    FileRefused,
    InspectedFile,
    compound,
    inspect,
    ole2,
    pdf,
)
from accelerator.core.files.refusals import MEGABYTE
from tests.factories import files as made

VALID = made.valid_files()


def outcome(content: bytes, name: str) -> str:
    try:
        kept(content, name)
    except FileRefused as refused:
        return refused.code
    return "kept"


def code(content: bytes, name: str, **options: object) -> str:
    with pytest.raises(FileRefused) as caught:
        inspect(io.BytesIO(content), name, **options)
    return caught.value.code


def kept(content: bytes, name: str) -> tuple[InspectedFile, bytes]:
    with inspect(io.BytesIO(content), name) as result:
        return result, result.content.read()


# --- PDF -------------------------------------------------------------------------------------


def test_pdf_with_a_password_is_refused_but_a_print_restriction_is_not() -> None:
    for algorithm in ("RC4-128", "AES-256"):
        locked, restricted = made.blank_writer(), made.blank_writer()
        locked.encrypt("secret", algorithm=algorithm)
        restricted.encrypt("", "owner", algorithm=algorithm)
        assert code(made.written(locked), "a.pdf") == "password"
        assert kept(made.written(restricted), "a.pdf")[0].extension == "pdf"


def test_pdf_scripts_and_attachments_are_refused() -> None:
    script, attachment = made.blank_writer(), made.blank_writer()
    script.add_open_action(JavaScript("app.alert(1)"))
    attachment.add_attachment("a.exe", b"MZ")
    assert code(made.written(script), "a.pdf") == "active-content"
    assert code(made.written(attachment), "a.pdf") == "active-content"


@pytest.mark.parametrize(
    "catalogue",
    [
        b"/OpenAction<</S/JavaScript/JS(x)>>",
        b"/OpenAction<</S/J#61vaScript/J#53(x)>>",
        b"/OpenAction<</S 4 0 R/F(cmd.exe)>>",
        b"/AA<</WC<</Next[<</S/Launch/F(cmd.exe)>>]>>>>",
        b"/AcroForm<</XFA(x)>>",
        b"/AF[<</Type/Filespec/EF<<>>>>]",
    ],
)
def test_pdf_actions_are_found_wherever_they_hide(catalogue: bytes) -> None:
    objects = made.one_page(catalogue) | {4: b"/Launch"}
    assert code(made.raw_pdf(objects), "a.pdf") == "active-content"
    plain = made.raw_pdf(made.one_page())
    assert kept(plain, "a.pdf")[0].extension == "pdf"


def test_pdf_actions_inside_object_streams_are_found() -> None:
    objects = made.one_page(b"/OpenAction 4 0 R")
    hidden = made.raw_pdf(objects, in_stream={4: b"<</S/JavaScript/JS(x)>>"})
    assert b"JavaScript" not in hidden
    assert code(hidden, "a.pdf") == "active-content"
    harmless = made.raw_pdf(objects, in_stream={4: b"<</S/GoTo/D[3 0 R/Fit]>>"})
    assert kept(harmless, "a.pdf")[0].extension == "pdf"


def test_pdf_without_a_page_is_damaged() -> None:
    looped = made.one_page() | {2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 999999>>"}
    assert code(made.raw_pdf(looped), "a.pdf") == "damaged"
    assert code(b"%PDF-1.7\nnothing here\n%%EOF\n", "a.pdf") == "damaged"


def test_pdf_with_something_before_or_after_is_refused() -> None:
    assert code(b"\n" + VALID["pdf"], "a.pdf") == "wrong-content"
    assert code(VALID["pdf"] + VALID["docx"], "a.pdf") == "two-kinds"
    assert code(VALID["pdf"] + b"<script>" * 500, "a.pdf") == "two-kinds"


def test_pdf_bombs_end_within_bounds() -> None:
    deep = made.one_page(b"/Deep " + b"[" * 50_000)
    wide = made.one_page(b"/Wide 4 0 R")
    bomb = made.raw_pdf(wide, in_stream={4: b"<<>>" + b" " * (40 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    started = time.monotonic()
    assert code(made.raw_pdf(deep), "a.pdf") in ("damaged", "too-complex")
    assert code(bomb, "a.pdf") in ("damaged", "too-complex")
    assert time.monotonic() - started < 15
    limits = replace(DEFAULT_LIMITS, max_pdf_objects=1)
    assert code(VALID["pdf"], "a.pdf", limits=limits) == "too-complex"


def test_what_object_streams_unpack_to_is_bounded_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = made.raw_pdf(made.one_page(b"/X 4 0 R"), in_stream={4: b"<<>>" + b" " * 5000})
    assert kept(content, "a.pdf")[0].size == len(content)
    monkeypatch.setattr(pdf, "MAX_OBJECT_STREAMS", 5000)
    with pytest.raises(FileRefused, match="too-complex"):
        pdf.check(io.BytesIO(content), DEFAULT_LIMITS)


# --- Office and OpenDocument -----------------------------------------------------------------


def test_macros_inside_an_ordinary_ending_are_refused() -> None:
    macro_type = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert (
        code(made.zipped(made.openxml_parts("docx", content_type=macro_type)), "a.docx") == "macros"
    )
    assert code(made.openxml("docx", {"word/vbaProject.bin": b"x"}), "a.docx") == "macros"
    assert code(made.openxml("xlsx", {"xl/VBAPROJECT.BIN": b"x"}), "a.xlsx") == "macros"
    assert code(made.opendocument("odt", {"Basic/Standard/M.xml": "<x/>"}), "a.odt") == "macros"
    assert (
        code(made.compound({"WordDocument": made.word_stream(), "Macros": {"VBA": {}}}), "a.doc")
        == "macros"
    )
    assert code(made.compound({"Workbook": made.excel_stream(sheet_type=1)}), "a.xls") == "macros"
    assert code(made.compound(made.powerpoint_streams(macros=1)), "a.ppt") == "macros"


def test_office_files_with_a_password_are_refused() -> None:
    wrapped = made.compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y"})
    for extension in ("docx", "xlsx", "pptx", "doc"):
        assert code(wrapped, f"a.{extension}") == "password"
    assert code(made.compound({"WordDocument": made.word_stream(0x0100)}), "a.doc") == "password"
    assert code(made.compound({"Workbook": made.excel_stream(locked=True)}), "a.xls") == "password"
    locked = made.compound(made.powerpoint_streams(token=0xF3D1C4DF))
    assert code(locked, "a.ppt") == "password"
    parts = made.opendocument_parts("odt", manifest="<m:encryption-data/>")
    assert code(made.zipped(parts), "a.odt") == "password"
    flagged = bytearray(VALID["docx"])
    flagged[6] |= 1
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1
    assert code(bytes(flagged), "a.docx") == "password"


def test_a_zip_bomb_is_refused_and_its_declared_size_is_not_believed() -> None:
    bomb = made.openxml("docx", {"word/media/x.xml": bytes(30 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    assert code(bomb, "a.docx") == "unpacks-too-large"
    lying = bomb.replace(struct.pack("<L", 30 * MEGABYTE), struct.pack("<L", 10))
    assert len(zipfile.ZipFile(io.BytesIO(lying)).read("_rels/.rels")) > 0
    assert zipfile.ZipFile(io.BytesIO(lying)).getinfo("word/media/x.xml").file_size == 10
    assert code(lying, "a.docx") == "unpacks-too-large"
    slight = made.openxml("docx", {"word/media/x.xml": bytes(1000)})
    lying = slight.replace(struct.pack("<L", 1000), struct.pack("<L", 10))
    assert code(lying, "a.docx") == "damaged"
    boasting = slight.replace(struct.pack("<L", 1000), struct.pack("<L", 400 * MEGABYTE))
    assert code(boasting, "a.docx") == "unpacks-too-large"


def test_a_package_of_countless_entries_is_refused_before_they_are_read() -> None:
    crowded = made.openxml("docx", {f"word/{number}": b"" for number in range(60)})
    limits = replace(DEFAULT_LIMITS, max_zip_entries=50)
    assert code(crowded, "a.docx", limits=limits) == "unpacks-too-large"
    modest = crowded[:-14] + struct.pack("<HH", 3, 3) + crowded[-10:]
    assert code(modest, "a.docx", limits=limits) == "unpacks-too-large"
    wordy = made.openxml("docx", {f"{number}" + "x" * 65_000: b"" for number in range(70)})
    assert code(wordy, "a.docx") == "unpacks-too-large"


@pytest.mark.parametrize("entry", ["../../etc/passwd", "/etc/passwd", "a/..\\b", "C:/x", "..\\x"])
def test_entries_that_point_outside_are_refused(entry: str) -> None:
    assert code(made.openxml("docx", {entry: b"x"}), "a.docx") == "damaged"


def test_packages_with_room_for_a_second_file_are_refused() -> None:
    document = VALID["docx"]
    assert code(document + b"tail", "a.docx") == "two-kinds"
    assert code(document + VALID["odt"], "a.docx") in ("two-kinds", "damaged")
    pdf_first = made.zipped({"note": VALID["pdf"]} | made.openxml_parts("docx"), stored=("note",))
    assert code(pdf_first, "a.docx") == "two-kinds"
    for index in (0, 2):
        gap = made.with_junk(document, index, b"H" * 100)
        assert zipfile.ZipFile(io.BytesIO(gap)).testzip() is None
        assert code(gap, "a.docx") == "two-kinds"
        hidden = made.with_junk(document, index, b"H" * 100, claimed=True)
        assert zipfile.ZipFile(io.BytesIO(hidden)).testzip() is None
        assert code(hidden, "a.docx") == "damaged"
    commented = document[:-2] + struct.pack("<H", 4) + b"note"
    assert code(commented, "a.docx") in ("two-kinds", "damaged")
    assert code(VALID["doc"] + VALID["docx"], "a.doc") == "two-kinds"


def test_entries_sharing_bytes_or_a_name_are_refused() -> None:
    document = VALID["docx"]
    directory = document.index(b"PK\x01\x02")
    second = document.index(b"PK\x01\x02", directory + 4)
    overlapping = bytearray(document)
    overlapping[second + 42 : second + 46] = bytes(4)
    assert code(bytes(overlapping), "a.docx") in ("two-kinds", "damaged")
    assert code(made.openxml("docx", {"word/a.xml": b"", "word/A.xml": b""}), "a.docx") == "damaged"
    renamed = document.replace(b"word/document.xml", b"word/dokument.xml", 1)
    assert code(renamed, "a.docx") == "damaged"


def test_xml_with_a_document_type_or_an_error_is_refused() -> None:
    parts = made.openxml_parts("docx")
    laughs = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><document>&b;</document>'
    for broken in (laughs, "<document>", "not xml", "<other/>"):
        assert code(made.zipped(parts | {"word/document.xml": broken}), "a.docx") == "damaged"
    sheet = made.opendocument_parts("ods")["content.xml"]
    assert code(made.opendocument("odt", {"content.xml": sheet}), "a.odt") == "damaged"


def test_data_descriptors_as_written_to_a_pipe_are_accepted() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.openxml_parts("docx").items():
            archive.writestr(name, content)
    assert pipe.getvalue()[6] & 8
    assert kept(pipe.getvalue(), "a.docx")[0].size == len(pipe.getvalue())


def test_compound_files_that_loop_are_refused() -> None:
    content, outcomes = bytearray(VALID["doc"]), set()
    for sector in range(128):
        looped = content.copy()
        struct.pack_into("<L", looped, 512 + 4 * sector, sector)
        outcomes.add(outcome(bytes(looped), "a.doc"))
    assert outcomes == {"kept", "damaged"}
    both = made.compound({"WordDocument": made.word_stream(), "Workbook": made.excel_stream()})
    assert code(both, "a.doc") == "two-kinds"
    assert code(made.compound({"Other": b"x"}), "a.doc") == "wrong-content"


def test_a_compound_file_cannot_claim_more_allocation_than_it_has_room_for() -> None:
    content = bytearray(VALID["doc"])
    rounds = 300_000
    struct.pack_into("<L", content, 44, 109 + 127 * rounds)
    struct.pack_into("<LL", content, 68, 1, rounds)
    struct.pack_into("<128L", content, 1024, *[0] * 127, 1)
    started = time.monotonic()
    assert code(bytes(content), "a.doc") == "damaged"
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("stream", ["directory", "document"])
def test_a_chain_of_sectors_that_never_ends_is_refused(stream: str) -> None:
    content = bytearray(VALID["doc"])
    (directory,) = struct.unpack_from("<L", content, 48)
    start = directory if stream == "directory" else 1
    length = 1 if stream == "directory" else 8
    at = 512 + 4 * (start + length - 1)
    assert struct.unpack_from("<L", content, at) == (0xFFFFFFFE,)
    struct.pack_into("<L", content, at, start)
    assert code(bytes(content), "a.doc") == "damaged"


def test_the_entries_of_a_compound_file_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = made.compound({"WordDocument": made.word_stream()} | dict.fromkeys("abcdefgh", b""))
    assert outcome(crowded, "a.doc") == "kept"
    monkeypatch.setattr(compound, "MAX_ENTRIES", 8)
    with pytest.raises(FileRefused, match="damaged"):
        ole2.check(io.BytesIO(crowded), len(crowded), ACCEPTED["doc"])


def test_an_endless_line_of_siblings_is_refused() -> None:
    siblings = {f"{number}": b"" for number in range(2000)}
    deep = made.compound({"WordDocument": made.word_stream()} | siblings, fat_sectors=5)
    assert code(deep, "a.doc") == "damaged"


def test_macros_in_an_entry_that_no_storage_lists_are_refused() -> None:
    content = made.compound({"WordDocument": made.word_stream(), "Macros": b""})
    (directory,) = struct.unpack_from("<L", content, 48)
    unlisted = bytearray(content)
    struct.pack_into("<L", unlisted, 512 * (directory + 1) + 128 + 72, 0xFFFFFFFF)
    assert code(bytes(unlisted), "a.doc") == "macros"
