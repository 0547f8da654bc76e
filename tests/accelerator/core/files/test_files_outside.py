"""Office files and PDFs that reach for something outside themselves, and those that only link."""

import io
import zipfile

import pytest

from accelerator.core.files import FileRefused, inspect
from tests.factories import files as made

MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships/"


def code(content: bytes, name: str) -> str:
    with pytest.raises(FileRefused) as caught:
        inspect(io.BytesIO(content), name)
    assert "upload" in caught.value.message
    return caught.value.code


def keeps(content: bytes, name: str) -> bool:
    with inspect(io.BytesIO(content), name) as taken:
        return taken.content.read() == content and not taken.note


def word(*found: tuple[str, str, bool]) -> bytes:
    return made.openxml("docx", {"word/_rels/document.xml.rels": made.links(*found)})


def field(*runs: str) -> bytes:
    words = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    body = f'<w:document xmlns:w="urn:w"><w:p><w:fldChar/>{words}<w:fldChar/></w:p></w:document>'
    return made.openxml("docx", {"word/document.xml": body})


def test_hyperlinks_charts_and_pictures_of_its_own_stay() -> None:
    assert keeps(
        word(
            (made.OFFICE + "hyperlink", "https://example.org/", True),
            (made.OFFICE + "image", "media/image1.png", False),
            (made.OFFICE + "package", "embeddings/Sheet1.xlsx", False),
        ),
        "a.docx",
    )
    assert keeps(field(" PAGE ", ' HYPERLINK "https://example.org/dde-bank" '), "a.docx")


@pytest.mark.parametrize(
    ("kind", "target", "external", "expected"),
    [
        (made.OFFICE + "image", "http://example.org/a.png", True, "linked-content"),
        (made.OFFICE + "oleObject", "file:///C:/a.xlsx", True, "linked-content"),
        (made.OFFICE + "frame", "http://example.org/", True, "linked-content"),
        (made.OFFICE + "attachedTemplate", "http://example.org/a.dotm", True, "linked-content"),
        (made.OFFICE + "oleObject", "embeddings/oleObject1.bin", False, "embedded-objects"),
        (MICROSOFT + "vbaProject", "harmless.bin", False, "macros"),
    ],
)
def test_what_a_document_loads_is_refused(
    kind: str, target: str, external: bool, expected: str
) -> None:
    assert code(word((kind, target, external)), "a.docx") == expected


@pytest.mark.parametrize("part", ["xl/externalLinks/externalLink1.xml", "xl/connections.xml"])
def test_a_workbook_that_reads_others_is_refused(part: str) -> None:
    assert code(made.openxml("xlsx", {part: "<x/>"}), "a.xlsx") == "linked-content"


@pytest.mark.parametrize(
    "content",
    [
        field(' DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc" '),
        field(" DD", "EAUTO c:\\\\x "),
        made.openxml(
            "docx",
            {"word/header1.xml": '<w:hdr xmlns:w="urn:w"><w:fldSimple w:instr="dde x y"/></w:hdr>'},
        ),
    ],
)
def test_a_field_that_starts_a_program_is_refused(content: bytes) -> None:
    assert code(content, "a.docx") == "commands"


@pytest.mark.parametrize(
    "target",
    [
        "file:///C:\\Users\\Ann%20Smith\\Templates\\Letter.dotx",
        "C:\\Templates\\Letter.dotx",
        "file:///Users/ann/Letter.dotx",
        "Normal.dotm",
    ],
)
def test_a_template_on_ones_own_computer_is_left_out_and_that_is_said(target: str) -> None:
    with inspect(io.BytesIO(made.with_template(target)), "a.docx") as taken:
        assert "template" in taken.note
        with zipfile.ZipFile(taken.content) as kept:
            everything = b"".join(kept.read(name) for name in kept.namelist())
            assert kept.testzip() is None
            assert b"w:zoom" in kept.read("word/settings.xml")
        taken.content.seek(0)
        again = taken.content.read()
    assert b"ttachedTemplate" not in everything
    assert b"dotx" not in everything
    assert keeps(again, "a.docx")


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/a.dotm",
        "\\\\server\\share\\a.dotm",
        "file:///\\\\server\\share\\a.dotm",
        "file://server/share/a.dotm",
        "%5C%5Cserver%5Cshare%5Ca.dotm",
        "//server/a.dotm",
        "mhtml:http://example.org/a",
    ],
)
def test_a_template_on_another_computer_is_refused(target: str) -> None:
    assert code(made.with_template(target), "a.docx") == "linked-content"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (b"<</S/SubmitForm/F(https://example.org/)>>", "reaching-pdf"),
        (b"<</S/GoToR/F(other.pdf)/D[0/Fit]>>", "reaching-pdf"),
        (b"<</S/URI/URI(\\\\\\\\server\\\\share)>>", "reaching-pdf"),
        (b"<</S/URI/URI(file://server/share)>>", "reaching-pdf"),
        (b"<</S/Thread/F(\\\\\\\\server\\\\a.pdf)>>", "reaching-pdf"),
        (b"<</S/GoToE/T<<>>>>", "active-content"),
        (b"<</S/Launch/F(a.exe)>>", "active-content"),
        (b"<</S/ImportData/F(a.fdf)>>", "active-content"),
        (b"<</S/JavaScript/JS(x)>>", "active-content"),
    ],
)
def test_a_pdf_that_reaches_out_is_refused(action: bytes, expected: str) -> None:
    content = made.raw_pdf(made.one_page(b"/OpenAction 4 0 R") | {4: action})
    assert code(content, "a.pdf") == expected


def test_a_pdf_with_links_stays() -> None:
    link = b"<</S/URI/URI(https://example.org/)>>"
    assert keeps(made.raw_pdf(made.one_page(b"/OpenAction 4 0 R") | {4: link}), "a.pdf")


def test_a_symbolic_link_in_a_package_is_refused() -> None:
    target = io.BytesIO(made.openxml("docx"))
    with zipfile.ZipFile(target, "a") as archive:
        entry = zipfile.ZipInfo("word/media/a.png")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert code(target.getvalue(), "a.docx") == "damaged"
