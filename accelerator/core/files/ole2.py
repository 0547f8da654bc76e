"""Older Office files (.doc, .xls, .ppt): the compound file and the few records that matter.

Sources: [MS-CFB] (the container), [MS-DOC] 2.5.2 FibBase, 2.9.38 Clx, 2.9.177 Pcd, [MS-XLS]
2.4.28 BoundSheet8, 2.4.117 FilePass and 2.4.271 SupBook, [MS-PPT] 2.3.2 CurrentUserAtom, 2.4.10
VBAInfoContainer and 2.10.2 external objects.
"""

import re
import struct
from typing import IO

from accelerator.core.files import fields
from accelerator.core.files.compound import CompoundFile
from accelerator.core.files.kinds import Kind
from accelerator.core.files.refusals import FileRefused

MAIN_STREAMS = {
    "doc": ("worddocument",),
    "xls": ("workbook", "book"),
    "ppt": ("powerpoint document",),
}
NOUNS = {
    "doc": "an older Word document",
    "xls": "an older Excel workbook",
    "ppt": "older PowerPoint slides",
}
MACRO_ENTRIES = {"macros", "vba", "_vba_project", "_vba_project_cur"}
# Embedded files: of Word (in its pool of objects), of Excel, and of the packager.
OBJECT_ENTRY = re.compile(r"_[0-9]{5,}|mbd[0-9a-f]{8}|\x01ole10native")
WORD_MAGICS = (0xA5EC, 0xA5DC)
WORD_ENCRYPTED, WORD_TABLE_ONE = 0x0100, 0x0200
WORD_CLX, PIECES, PIECE_COMPRESSED = 0x01A2, 0x02, 0x40000000
XLS_BOF, XLS_EOF, XLS_FILEPASS, XLS_BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
XLS_SUPBOOK, XLS_OWN_BOOKS = 0x01AE, (0x0401, 0x3A01)
XLS_RUNNING_SHEETS = (1, 6)
MAX_RECORDS = 500_000
PPT_ENCRYPTED = 0xF3D1C4DF
# VBAInfoContainer's header followed by VBAInfoAtom's; persistIdRef and fHasMacros come next.
# A container of an embedded or linked object, followed by its atom.
PPT_OBJECT = re.compile(
    rb"\x0f\0(?:\xcc\x0f.{4}\0\0\xcd\x0f\x08|\xce\x0f.{4}\0\0\xd1\x0f\x0c)\0\0\0", re.DOTALL
)
PPT_VBA = bytes.fromhex("1f00ff0314000000020000040c000000")


def check(stream: IO[bytes], size: int, kind: Kind) -> None:
    """Refuse anything but a macro-free, unlocked compound file of this `kind` that stands alone.

    What Excel 95 and older workbooks link to, and query tables inside a sheet, is not found.
    """
    compound = CompoundFile(stream)
    if _ends_as_zip(stream, size):
        raise FileRefused("two-kinds")
    found = _found(compound)
    if found != kind.extension:
        noun = NOUNS.get(found, "another kind of file")
        raise FileRefused("wrong-content", expected=kind.noun, found=noun)
    if compound.names() & MACRO_ENTRIES:
        raise FileRefused("macros")
    if any(map(OBJECT_ENTRY.fullmatch, compound.names())):
        raise FileRefused("embedded-objects")
    main = compound.read(next(name for name in MAIN_STREAMS[found] if name in compound.root))
    try:
        match found:
            case "doc":
                _check_word(main, compound)
            case "xls":
                _check_excel(main)
            case "ppt":
                _check_powerpoint(main, compound)
    except (struct.error, IndexError) as error:
        raise FileRefused("damaged") from error


def refuse_wrapped(stream: IO[bytes], size: int, kind: Kind) -> None:
    """Always raise: a new Office ending on a compound file is a password or a wrong name."""
    noun = NOUNS.get(_found(CompoundFile(stream)), "another kind of file")
    raise FileRefused("wrong-content", expected=kind.noun, found=noun)


def _found(compound: CompoundFile) -> str:
    if "encryptedpackage" in compound.root:
        raise FileRefused("password")
    families = [
        extension
        for extension, names in MAIN_STREAMS.items()
        if any(name in compound.root for name in names)
    ]
    if len(families) > 1:
        raise FileRefused("two-kinds")
    return families[0] if families else ""


def _ends_as_zip(stream: IO[bytes], size: int) -> bool:
    # Only an end record that closes the file: old files may hold whole ZIPs (themes) inside.
    tail_size = min(size, 22 + 65_535)
    stream.seek(size - tail_size)
    tail = stream.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return False
    return at + 22 + struct.unpack_from("<H", tail, at + 20)[0] == len(tail)


def _check_word(main: bytes, compound: CompoundFile) -> None:
    magic, flags = struct.unpack_from("<H8xH", main)
    if magic not in WORD_MAGICS:
        raise FileRefused("damaged")
    if flags & WORD_ENCRYPTED:
        raise FileRefused("password")
    table = "1table" if flags & WORD_TABLE_ONE else "0table"
    start, length = struct.unpack_from("<LL", main, WORD_CLX)
    if length and table in compound.root:
        fields.refuse(fields.codes_of(_word_text(main, compound.read(table)[start:][:length])))


def _word_text(main: bytes, clx: bytes) -> str:
    """The text of all parts of a document, put together from its pieces."""
    at = 0
    while clx[at] != PIECES:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    count = (struct.unpack_from("<L", clx, at + 1)[0] - 4) // 12
    starts = struct.unpack_from(f"<{count + 1}L", clx, at + 5)
    text, left = [], len(main)
    for number in range(count):
        (place,) = struct.unpack_from("<L", clx, at + 5 + 4 * (count + 1) + 8 * number + 2)
        width = 1 if place & PIECE_COMPRESSED else 2
        first = (place & ~PIECE_COMPRESSED) // (3 - width)
        size = width * (starts[number + 1] - starts[number])
        left -= size
        if size < 0 or left < 0:
            # Pieces that share bytes could make any length of text.
            raise FileRefused("damaged")
        encoding = "cp1252" if width == 1 else "utf-16-le"
        text.append(main[first : first + size].decode(encoding, "replace"))
    return "".join(text)


def _check_excel(main: bytes) -> None:
    if struct.unpack_from("<H", main)[0] != XLS_BOF:
        raise FileRefused("damaged")
    position = 0
    for _ in range(MAX_RECORDS):
        record, length = struct.unpack_from("<HH", main, position)
        if record == XLS_EOF:
            return
        if record == XLS_FILEPASS:
            raise FileRefused("password")
        position += 4
        runs = record == XLS_BOUNDSHEET and main[position + 5] in XLS_RUNNING_SHEETS
        if runs:
            raise FileRefused("macros")
        if record == XLS_SUPBOOK:
            _check_book(main[position : position + length])
        position += length
    raise FileRefused("damaged")


def _check_book(record: bytes) -> None:
    """Refuse what formulas refer to elsewhere: another workbook, or a program (DDE)."""
    (length,) = struct.unpack_from("<H", record, 2)
    if length in XLS_OWN_BOOKS:
        return
    wide = bool(record[4:5] and record[4] & 1)
    path = record[5 : 5 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")
    if path in (" ", "\0"):
        return
    if "\x03" in path:
        raise FileRefused("commands")
    raise FileRefused("linked-content", what="other workbooks")


def _check_powerpoint(main: bytes, compound: CompoundFile) -> None:
    struct.unpack_from("<HHL", main)
    if "current user" in compound.root:
        user = compound.read("current user")
        if struct.unpack_from("<12xL", user)[0] == PPT_ENCRYPTED:
            raise FileRefused("password")
    if PPT_OBJECT.search(main):
        raise FileRefused("embedded-objects")
    at = main.find(PPT_VBA)
    while at >= 0:
        if struct.unpack_from("<L", main, at + len(PPT_VBA) + 4)[0]:
            raise FileRefused("macros")
        at = main.find(PPT_VBA, at + 1)
