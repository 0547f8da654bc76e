"""Inspection of uploads: what is kept, and the endings, names and text that are refused."""

import hashlib
import io
import string
import tempfile
from dataclasses import replace
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelerator.core import files
from accelerator.core.files import DEFAULT_LIMITS, FileRefused, InspectedFile, inspect
from accelerator.core.files.refusals import MEGABYTE, MESSAGES
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
    for key, template in MESSAGES.items():
        fields = {field for _, field, _, _ in string.Formatter().parse(template) if field}
        details = dict.fromkeys(fields - {"name"}, "X")
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

    make = tempfile.TemporaryFile

    def recorded() -> BinaryIO:
        opened.append(make())
        return opened[-1]

    monkeypatch.setattr("accelerator.core.files.inspection.TemporaryFile", recorded)

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
        settled = refused.code in MESSAGES and refused.name == f"x.{extension}"
    else:
        settled = result.size > 0
    assert settled
