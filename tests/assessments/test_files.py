"""Inspection of uploads: what is kept, and the documents and names that are refused."""

import hashlib
import io
import struct
import tempfile
import time
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf.actions import JavaScript

from assessments import files
from assessments.files import DEFAULT_LIMITS, FileRefused, InspectedFile, inspect
from assessments.files.refusals import MEGABYTE, MESSAGES
from tests.factories import files as made

VALID = made.valid_files()
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200) + b"This program cannot be run in DOS mode."
ELF = b"\x7fELF\x02\x01\x01" + bytes(200)


def refusal(content: bytes, name: str, **options: object) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        inspect(io.BytesIO(content), name, **options)
    return caught.value


def code(content: bytes, name: str, **options: object) -> str:
    return refusal(content, name, **options).code


def kept(content: bytes, name: str, **options: object) -> tuple[InspectedFile, bytes]:
    with inspect(io.BytesIO(content), name, **options) as result:
        return result, result.content.read()


@pytest.mark.parametrize("extension", files.ACCEPTED)
def test_every_accepted_kind_is_kept(extension: str) -> None:
    result, stored = kept(VALID[extension], f"Report.{extension.upper()}")
    assert result.content.closed
    assert result.size == len(stored)
    assert result.sha256 == hashlib.sha256(stored).hexdigest()
    assert result.media_type == files.ACCEPTED[result.extension].media_type
    assert result.display_name.lower().endswith(f".{result.extension}")
    is_picture = files.ACCEPTED[extension].family == "picture"
    assert result.reencoded is is_picture
    assert result.pixels == ((40, 30) if is_picture else None)
    assert is_picture or stored == VALID[extension]


@pytest.mark.parametrize("extension", files.ACCEPTED)
@pytest.mark.parametrize("other", files.ACCEPTED)
def test_content_of_another_kind_is_refused(extension: str, other: str) -> None:
    kind, content_kind = files.ACCEPTED[extension], files.ACCEPTED[other]
    if kind.media_type == content_kind.media_type or kind.family == content_kind.family == "text":
        return
    allowed = {"wrong-content", "not-plain-text", "web-page"}
    assert code(VALID[other], f"x.{extension}") in allowed


@pytest.mark.parametrize("extension", files.ACCEPTED)
@pytest.mark.parametrize("program", [EXE, ELF])
def test_a_renamed_executable_is_refused(extension: str, program: bytes) -> None:
    refused = refusal(program, f"report.{extension}")
    assert refused.code in ("wrong-content", "not-plain-text")
    assert refused.code == "not-plain-text" or "a program or a script" in refused.message


@pytest.mark.parametrize("extension", files.ACCEPTED)
def test_cut_short_and_empty_files_are_refused(extension: str) -> None:
    assert code(b"", f"x.{extension}") == "empty"
    family = files.ACCEPTED[extension].family
    if family != "text":
        content = VALID[extension]
        keep = len(content) // 2 if family != "ole2" else 700
        assert code(content[:keep], f"x.{extension}") in ("damaged", "wrong-content")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("budget.xlsm", "macros"),
        ("letter.docm", "macros"),
        ("setup.exe", "program"),
        ("report.pdf.exe", "program"),
        ("report.pdf\0.exe", "program"),
        ("run.sh", "program"),
        ("all.zip", "archive"),
        ("page.html", "web-page"),
        ("logo.svg", "web-page"),
        ("IMG_1.HEIC", "photo-format"),
        ("data.sav", "type-not-accepted"),
        ("report", "no-extension"),
        (".pdf", "no-extension"),
        ("", "no-extension"),
    ],
)
def test_other_endings_are_refused_with_advice(name: str, expected: str) -> None:
    assert code(VALID["pdf"], name) == expected


def test_every_refusal_reads_as_a_sentence_naming_the_file() -> None:
    for key in MESSAGES:
        details = dict.fromkeys(("extension", "expected", "found", "megabytes", "megapixels"), "X")
        message = FileRefused(key, name="Plan {0}.pdf", **details).message
        assert "“Plan {0}.pdf”" in message
        assert message.endswith(".")
        assert message[0].isupper() or message[0] == "“"
        assert not {"ZIP", "OLE2", "MIME", "magic", "parse", "invalid"} & set(message.split())
    assert FileRefused("empty").message.startswith("This file is empty.")


def test_the_size_cap_counts_what_is_read_not_what_is_claimed() -> None:
    class Endless(io.RawIOBase):
        size, served = 10, 0

        def read(self, size: int = -1) -> bytes:
            Endless.served += size
            return b"a" * size

    refused = refusal(
        b"a" * (MEGABYTE + 1), "a.txt", limits=replace(DEFAULT_LIMITS, max_bytes=MEGABYTE)
    )
    assert refused.code == "too-large"
    assert "1 MB" in refused.message
    with pytest.raises(FileRefused, match="too-large"):
        inspect(Endless(), "a.txt")
    assert Endless.served < 26 * MEGABYTE


def test_a_refused_file_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    class Recorded(tempfile.SpooledTemporaryFile):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            opened.append(self)

    monkeypatch.setattr("assessments.files.inspection.SpooledTemporaryFile", Recorded)
    monkeypatch.setattr("assessments.files.pictures.SpooledTemporaryFile", Recorded)

    def infected(stream: io.IOBase) -> None:
        raise FileRefused("infected")

    refused = refusal(VALID["png"], "photo.png", scan=infected)
    assert "photo.png" in refused.message
    assert len(opened) == 2
    assert all(file.closed for file in opened)
    with inspect(io.BytesIO(VALID["png"]), "photo.png"):
        assert [file.closed for file in opened[2:]] == [True, False]
    assert opened[3].closed


def test_the_scan_reads_the_bytes_that_arrived() -> None:
    seen = []
    kept(VALID["jpg"], "a.jpg", scan=lambda stream: seen.append(stream.read()))
    assert seen == [VALID["jpg"]]


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
    attachment.add_attachment("a.exe", EXE)
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
    assert time.monotonic() - started < 10
    limits = replace(DEFAULT_LIMITS, max_pdf_seconds=-1.0)
    assert code(VALID["pdf"], "a.pdf", limits=limits) == "too-complex"
    limits = replace(DEFAULT_LIMITS, max_pdf_objects=1)
    assert code(VALID["pdf"], "a.pdf", limits=limits) == "too-complex"


def test_what_object_streams_unpack_to_is_bounded_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = made.raw_pdf(made.one_page(b"/X 4 0 R"), in_stream={4: b"<<>>" + b" " * 5000})
    assert kept(content, "a.pdf")[0].size == len(content)
    monkeypatch.setattr("assessments.files.pdf.MAX_OBJECT_STREAMS", 5000)
    assert code(content, "a.pdf") == "too-complex"


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
    content = bytearray(VALID["doc"])
    for sector in range(128):
        looped = content.copy()
        struct.pack_into("<L", looped, 512 + 4 * sector, sector)
        try:
            kept(bytes(looped), "a.doc")
        except FileRefused as refused:
            assert refused.code == "damaged"
    both = made.compound({"WordDocument": made.word_stream(), "Workbook": made.excel_stream()})
    assert code(both, "a.doc") == "two-kinds"
    assert code(made.compound({"Other": b"x"}), "a.doc") == "wrong-content"


# --- Text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"  \n<!DOCTYPE html><p>", "web-page"),
        (b"\xef\xbb\xbf<SCRIPT>alert(1)</SCRIPT>", "web-page"),
        ("<svg onload=x>".encode("utf-16"), "web-page"),
        (b"<?php system(1);", "web-page"),
        (b"#!/bin/sh\nrm -rf /", "program"),
        (b"%PDF-1.7 text", "wrong-content"),
        (b"{\\rtf1 hello}", "wrong-content"),
        (b"hello\0world", "not-plain-text"),
        ("hello".encode("utf-16-le"), "not-plain-text"),
        (b"a\x1b[31m", "not-plain-text"),
        (b"caf\x81 \x8d", "not-plain-text"),
    ],
)
@pytest.mark.parametrize("extension", ["txt", "md", "csv"])
def test_text_that_is_something_else_is_refused(
    content: bytes, expected: str, extension: str
) -> None:
    assert code(content, f"a.{extension}") == expected


def test_text_in_the_usual_encodings_is_kept() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        content = ("“Café” £5, 50 < 60\r\n" * 9000).encode(encoding)
        assert kept(content, "a.txt")[0].size == len(content)
    assert code(b"name\n" + b"x" * 200_000, "a.csv") == "damaged"
    assert kept(b"name\n" + b"x" * 200_000, "a.txt")[0].size == 200_005


# --- Names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\Plan 2.docx", "Plan 2.docx"),
        ("evil.exe\0.pdf", "evil.exe.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("cafe\0\u0301.pdf", "café.pdf"),
        (" report.pdf. . ", "report.pdf"),
        ("...", "evidence"),
        ("", "evidence"),
        ("\0\0", "evidence"),
        ("nul.pdf", "_nul.pdf"),
        ("\ud800a.pdf", "a.pdf"),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    assert files.safe_display_name(name) == expected


@pytest.mark.parametrize("name", ["../../x.pdf", "a" * 296 + ".pdf", "x\0y.pdf"])
def test_hostile_names_are_neutralised(name: str) -> None:
    result, _ = kept(VALID["pdf"], name)
    assert result.display_name.endswith(".pdf")
    assert len(result.display_name) <= DEFAULT_LIMITS.max_name


@given(st.text(st.characters(), max_size=400) | st.text("./\\ \0a:\u202e\u0301", max_size=200))
def test_a_safe_name_is_always_safe(name: str) -> None:
    safe = files.safe_display_name(name)
    assert 0 < len(safe) <= DEFAULT_LIMITS.max_name
    assert not set(safe) & set('/\\\0\r\n"<>:|?*\u202e\u2066')
    assert safe == safe.strip(". ")
    assert safe.isprintable()
    assert files.safe_display_name(safe) == safe
    safe.encode("utf-8")


def test_labels_for_the_page() -> None:
    assert "25 MB" in files.accepted_label()
    assert files.accept_attribute().split(",")[:2] == [".pdf", ".docx"]


# --- Anything at all -------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(files.ACCEPTED)), st.binary(max_size=3000), st.booleans())
def test_any_bytes_are_refused_or_inspected(extension: str, noise: bytes, signed: bool) -> None:
    signatures = files.ACCEPTED[extension].signatures
    prefix = signatures[0][1] if signed and signatures else b""
    assert_settled(prefix + noise, extension)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(files.ACCEPTED)), st.data())
def test_any_change_to_a_real_file_is_refused_or_inspected(
    extension: str, data: st.DataObject
) -> None:
    content = bytearray(VALID[extension])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(max_size=8))
        content[at : at + data.draw(st.integers(0, 8))] = piece
        if not content:
            break
    assert_settled(bytes(content), extension)


def assert_settled(content: bytes, extension: str) -> None:
    try:
        result, _ = kept(content, f"x.{extension}")
    except FileRefused as refused:
        assert refused.message
    else:
        assert isinstance(result, InspectedFile)
