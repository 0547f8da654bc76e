"""A small bounded reader of compound files (OLE2). Source: [MS-CFB] 2.2 to 2.6."""

import struct
from array import array
from dataclasses import dataclass
from typing import IO

from assessments.files.refusals import FileRefused

END_OF_CHAIN = 0xFFFFFFFE
LAST_SECTOR = 0xFFFFFFFA  # first of the reserved numbers: not a sector
NO_ENTRY = 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5
MAX_ENTRIES = 20_000


@dataclass(frozen=True)
class Entry:
    """One directory entry: a storage or a stream, with its place in the tree."""

    name: str
    type: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """The directory of a compound file, and its streams.

    `root` maps the lower-case names directly under the root to their entries. Every inconsistency
    raises FileRefused "damaged"; no chain is followed further than the file is long.
    """

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._size = stream, size
        try:
            self._read_header()
            self._entries = self._read_directory()
            self.root = self._children(self._entries[0])
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise FileRefused("damaged") from error

    def names(self) -> set[str]:
        """The lower-case names of all entries, at any depth."""
        return {entry.name for entry in self._entries if entry.type}

    def read(self, entry: Entry) -> bytes:
        """The bytes of a stream."""
        if entry.type != STREAM or entry.size > self._size:
            raise FileRefused("damaged")
        if entry.size >= self._cutoff:
            content = self._chain(entry.start)
        else:
            content = self._mini_chain(entry.start, entry.size)
        if len(content) < entry.size:
            raise FileRefused("damaged")
        return content[: entry.size]

    def _read_header(self) -> None:
        self._stream.seek(0)
        header = self._stream.read(512)
        major, order, shift, mini_shift = struct.unpack_from("<4H", header, 26)
        if (major, order, shift, mini_shift) not in ((3, 0xFFFE, 9, 6), (4, 0xFFFE, 12, 6)):
            raise FileRefused("damaged")
        self._sector, self._mini, self._major = 1 << shift, 1 << mini_shift, major
        self._sectors = self._size // self._sector
        fat_count, self._directory_start = struct.unpack_from("<2L", header, 44)
        self._cutoff, self._mini_fat_start, _, difat, difat_count = struct.unpack_from(
            "<5L", header, 56
        )
        fat_sectors = list(struct.unpack_from("<109L", header, 76))
        if fat_count > self._sectors or difat_count > self._sectors or self._cutoff != 4096:
            raise FileRefused("damaged")
        for _ in range(difat_count):
            if difat >= LAST_SECTOR:
                break
            *more, difat = _words(self._read_sector(difat))
            fat_sectors += more
        self._fat = array("I")
        for sector in fat_sectors[:fat_count]:
            self._fat.extend(_words(self._read_sector(sector)))

    def _read_sector(self, sector: int) -> bytes:
        self._stream.seek((sector + 1) * self._sector)
        content = self._stream.read(self._sector)
        if not content:
            raise FileRefused("damaged")
        # The last sector of some writers is cut short.
        return content.ljust(self._sector, b"\0")

    def _chain(self, sector: int) -> bytes:
        content = bytearray()
        for _ in range(self._sectors + 1):
            if sector == END_OF_CHAIN:
                return bytes(content)
            if sector >= len(self._fat):
                break
            content += self._read_sector(sector)
            sector = self._fat[sector]
        raise FileRefused("damaged")

    def _mini_chain(self, sector: int, size: int) -> bytes:
        if not size:
            return b""
        try:
            container = self._chain(self._entries[0].start)
            fat = _words(self._chain(self._mini_fat_start))
            content = bytearray()
            for _ in range(size // self._mini + 1):
                if sector == END_OF_CHAIN:
                    break
                content += container[sector * self._mini : (sector + 1) * self._mini]
                sector = fat[sector]
        except (IndexError, struct.error) as error:
            raise FileRefused("damaged") from error
        return bytes(content)

    def _read_directory(self) -> list[Entry]:
        directory = self._chain(self._directory_start)
        if not directory or len(directory) > MAX_ENTRIES * 128:
            raise FileRefused("damaged")
        entries = [self._entry(directory[at : at + 128]) for at in range(0, len(directory), 128)]
        if entries[0].type != ROOT:
            raise FileRefused("damaged")
        return entries

    def _entry(self, raw: bytes) -> Entry:
        length, kind, _colour, left, right, child = struct.unpack_from("<H2B3L", raw, 64)
        start, size = struct.unpack_from("<LQ", raw, 116)
        if kind not in (0, STORAGE, STREAM, ROOT) or length > 64:
            raise FileRefused("damaged")
        name = raw[: max(0, length - 2)].decode("utf-16-le").lower()
        if self._major == 3:
            # Version 3 writers may leave rubbish in the high half of the size.
            size &= 0xFFFFFFFF
        return Entry(name, kind, left, right, child, start, size)

    def _children(self, storage: Entry) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        pending, seen = [storage.child], set()
        while pending:
            number = pending.pop()
            if number == NO_ENTRY:
                continue
            if number in seen:
                raise FileRefused("damaged")
            seen.add(number)
            entry = self._entries[number]
            found[entry.name] = entry
            pending += [entry.left, entry.right]
        return found


def _words(content: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(content) // 4}L", content[: len(content) // 4 * 4])
