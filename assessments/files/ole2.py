"""Older Office files (.doc, .xls, .ppt): the compound file and the few records that matter.

Sources: [MS-CFB] (the container), [MS-DOC] 2.5.2 FibBase, [MS-XLS] 2.4.28 BoundSheet8 and
2.4.117 FilePass, [MS-PPT] 2.3.2 CurrentUserAtom and 2.4.10 VBAInfoContainer.
"""

import struct
from typing import IO

from assessments.files.compound import CompoundFile
from assessments.files.kinds import Kind
from assessments.files.refusals import FileRefused

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
WORD_MAGICS = (0xA5EC, 0xA5DC)
WORD_ENCRYPTED = 0x0100
XLS_BOF, XLS_EOF, XLS_FILEPASS, XLS_BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
XLS_RUNNING_SHEETS = (1, 6)
MAX_RECORDS = 500_000
PPT_ENCRYPTED = 0xF3D1C4DF
# VBAInfoContainer's header followed by VBAInfoAtom's; persistIdRef and fHasMacros come next.
PPT_VBA = bytes.fromhex("1f00ff0314000000020000040c000000")


def check(stream: IO[bytes], size: int, kind: Kind) -> None:
    """Refuse anything but a macro-free, unlocked compound file of this `kind`."""
    compound = CompoundFile(stream)
    if _ends_as_zip(stream, size):
        raise FileRefused("two-kinds")
    found = _found(compound)
    if found != kind.extension:
        noun = NOUNS.get(found, "another kind of file")
        raise FileRefused("wrong-content", expected=kind.noun, found=noun)
    if compound.names() & MACRO_ENTRIES:
        raise FileRefused("macros")
    main = compound.read(next(name for name in MAIN_STREAMS[found] if name in compound.root))
    try:
        match found:
            case "doc":
                _check_word(main)
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


def _check_word(main: bytes) -> None:
    magic, flags = struct.unpack_from("<H8xH", main)
    if magic not in WORD_MAGICS:
        raise FileRefused("damaged")
    if flags & WORD_ENCRYPTED:
        raise FileRefused("password")


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
        position += length
    raise FileRefused("damaged")


def _check_powerpoint(main: bytes, compound: CompoundFile) -> None:
    struct.unpack_from("<HHL", main)
    if "current user" in compound.root:
        user = compound.read("current user")
        if struct.unpack_from("<12xL", user)[0] == PPT_ENCRYPTED:
            raise FileRefused("password")
    at = main.find(PPT_VBA)
    while at >= 0:
        if struct.unpack_from("<L", main, at + len(PPT_VBA) + 4)[0]:
            raise FileRefused("macros")
        at = main.find(PPT_VBA, at + 1)
