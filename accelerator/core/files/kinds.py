"""What is accepted: the one table from ending to media type, family and first bytes."""

from dataclasses import dataclass
from typing import IO

import puremagic

from accelerator.core.files.refusals import DEFAULT_LIMITS, MEGABYTE, FileRefused, Limits

OLE2_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class Kind:
    """One accepted ending. `signatures` are (offset, bytes); any one of them must be present."""

    extension: str
    media_type: str
    family: str
    noun: str
    signatures: tuple[tuple[int, bytes], ...] = ()
    picture: str = ""

    def signed(self, head: bytes) -> bool:
        """Whether the first bytes carry one of the signatures; text has none and always passes."""
        found = (head[at : at + len(magic)] == magic for at, magic in self.signatures)
        return not self.signatures or any(found)


def _kinds() -> dict[str, Kind]:
    openxml = "application/vnd.openxmlformats-officedocument."
    oasis = "application/vnd.oasis.opendocument."
    zipped, ole2 = ((0, ZIP_MAGIC),), ((0, OLE2_MAGIC),)
    jpeg, tiff = ((0, b"\xff\xd8\xff"),), ((0, b"II*\0"), (0, b"MM\0*"))
    rows = [
        Kind("pdf", "application/pdf", "pdf", "a PDF", ((0, b"%PDF-"),)),
        Kind("docx", openxml + "wordprocessingml.document", "ooxml", "a Word document", zipped),
        Kind("xlsx", openxml + "spreadsheetml.sheet", "ooxml", "an Excel workbook", zipped),
        Kind("pptx", openxml + "presentationml.presentation", "ooxml", "PowerPoint slides", zipped),
        Kind("doc", "application/msword", "ole2", "an older Word document", ole2),
        Kind("xls", "application/vnd.ms-excel", "ole2", "an older Excel workbook", ole2),
        Kind("ppt", "application/vnd.ms-powerpoint", "ole2", "older PowerPoint slides", ole2),
        Kind("odt", oasis + "text", "odf", "an OpenDocument text", zipped),
        Kind("ods", oasis + "spreadsheet", "odf", "an OpenDocument spreadsheet", zipped),
        Kind("odp", oasis + "presentation", "odf", "an OpenDocument presentation", zipped),
        Kind("png", "image/png", "picture", "a PNG picture", ((0, b"\x89PNG\r\n\x1a\n"),), "PNG"),
        Kind("jpg", "image/jpeg", "picture", "a JPEG picture", jpeg, "JPEG"),
        Kind("jpeg", "image/jpeg", "picture", "a JPEG picture", jpeg, "JPEG"),
        Kind("gif", "image/gif", "picture", "a GIF picture", ((0, b"GIF8"),), "GIF"),
        Kind("webp", "image/webp", "picture", "a WebP picture", ((8, b"WEBPVP8"),), "WEBP"),
        Kind("tif", "image/tiff", "picture", "a TIFF picture", tiff, "TIFF"),
        Kind("tiff", "image/tiff", "picture", "a TIFF picture", tiff, "TIFF"),
        Kind("bmp", "image/bmp", "picture", "a BMP picture", ((0, b"BM"),), "BMP"),
        Kind("txt", "text/plain", "text", "plain text"),
        Kind("md", "text/markdown", "text", "plain text"),
        Kind("csv", "text/csv", "text", "a CSV table"),
    ]
    return {kind.extension: kind for kind in rows}


ACCEPTED: dict[str, Kind] = _kinds()

_REFUSED = {
    "macros": "docm dotm xlsm xltm xlsb xlam pptm potm ppsm ppam",
    "program": (
        "exe com scr pif dll msi msix bat cmd ps1 vbs vbe js jse wsf hta jar apk app dmg pkg deb "
        "rpm sh bash py rb pl php lnk reg elf bin so appimage cpl drv sys ocx class"
    ),
    "archive": "zip rar 7z tar gz tgz bz2 xz iso cab zst",
    "web-page": "html htm xhtml mht mhtml svg svgz xml xsl shtml",
    "photo-format": "heic heif avif jxl jp2 raw dng cr2 cr3 nef arw",
}
_REFUSAL_BY_EXTENSION = {
    extension: code for code, extensions in _REFUSED.items() for extension in extensions.split()
}
_FOUND = {
    "macros": "an Office file with macros",
    "program": "a program or a script",
    "archive": "a bundle of files",
    "web-page": "a web page or a drawing",
    "photo-format": "a photo in another format",
}


def kind_for(extension: str) -> Kind:
    """The accepted kind of an ending without its dot, in lower case, or FileRefused."""
    if kind := ACCEPTED.get(extension):
        return kind
    if not extension:
        raise FileRefused("no-extension")
    code = _REFUSAL_BY_EXTENSION.get(extension, "type-not-accepted")
    if code == "type-not-accepted":
        raise FileRefused(code, extension=extension)
    raise FileRefused(code)


def check_signature(stream: IO[bytes], kind: Kind) -> None:
    """Refuse a file whose first bytes are not those of its ending."""
    stream.seek(0)
    head = stream.read(64)
    if kind.signed(head):
        return
    if kind.family == "ooxml" and head.startswith(OLE2_MAGIC):
        # Office wraps a .docx that has a password in OLE2: the OLE2 reader says which it is.
        return
    raise FileRefused("wrong-content", expected=kind.noun, found=describe(stream))


def describe(stream: IO[bytes]) -> str:
    """A few plain words for what a file's bytes look like, as puremagic sees them."""
    stream.seek(0)
    try:
        matches = puremagic.magic_stream(stream)
    except (puremagic.PureError, ValueError):
        return "something else"
    extensions = [match.extension.lstrip(".").lower() for match in matches]
    if "docx" in extensions:
        return "a bundle of files or another kind of document"
    for extension in extensions:
        if code := _REFUSAL_BY_EXTENSION.get(extension):
            return _FOUND[code]
        if kind := ACCEPTED.get(extension):
            return kind.noun
    return "a program or a script" if any("ELF" in m.name for m in matches) else "something else"


def accepted_label(limits: Limits = DEFAULT_LIMITS) -> str:
    """One sentence for the upload page."""
    return (
        "PDF; Word, Excel, PowerPoint and OpenDocument files without macros or passwords; "
        "pictures (PNG, JPEG, GIF, WebP, TIFF, BMP); plain text, Markdown and CSV. "
        f"Up to {limits.max_bytes // MEGABYTE} MB each."
    )


def accept_attribute() -> str:
    """The value of `<input type=file accept>`: every accepted ending, with its dot."""
    return ",".join(f".{extension}" for extension in ACCEPTED)
