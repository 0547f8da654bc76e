"""Compound files (OLE2), read by olefile within our caps.

olefile believes the header's count of allocation sectors, looks a sector up in a list of all that
went before, and reads a chain that loops as often as the stream is long; so the counts and the
chains are checked before it follows them. Source: [MS-CFB] 2.2 to 2.6.
"""

import struct
from typing import IO

from olefile import olefile

from accelerator.core.files.refusals import FileRefused

ENTRY = olefile.OleDirectoryEntry.DIRENTRY_SIZE
MAX_ENTRIES = 8_000
HEADER_FAT_SECTORS = 109


class CompoundFile:
    """The directory of a compound file, and the streams directly under its root.

    `root` holds the lower-case names of those. Every inconsistency raises FileRefused "damaged".
    """

    def __init__(self, stream: IO[bytes]) -> None:
        try:
            self._ole = _Checked(stream, raise_defects=olefile.DEFECT_INCORRECT)
        except (OSError, ValueError, struct.error, IndexError, RecursionError) as error:
            raise FileRefused("damaged") from error
        self.root = {entry.name.lower() for entry in self._ole.root.kids}

    def names(self) -> set[str]:
        """The lower-case names of all entries, at any depth, and of those in no storage."""
        directory = self._ole.directory_fp.getvalue()
        entries = (directory[at : at + ENTRY] for at in range(0, len(directory), ENTRY))
        return {_name(entry) for entry in entries if entry[66]}

    def read(self, name: str) -> bytes:
        """The bytes of a stream under the root."""
        try:
            return self._ole.read(name)
        except (OSError, ValueError) as error:
            raise FileRefused("damaged") from error


class _Checked(olefile.OleFileIO):
    """Refuses what would make olefile work beyond the length of the file."""

    def loadfat(self, header: bytes) -> None:
        needed = -(-self.nb_sect * 4 // self.sectorsize)
        if self.num_fat_sectors > HEADER_FAT_SECTORS + 2 * needed:
            raise olefile.OleFileError("more allocation sectors than the file can use")
        super().loadfat(header)

    def loaddirectory(self, sect: int) -> None:
        if self._length(sect) * self.sectorsize > MAX_ENTRIES * ENTRY:
            raise olefile.OleFileError("too many directory entries")
        super().loaddirectory(sect)

    def read(self, name: str) -> bytes:
        """The bytes of the stream `name` under the root, whose chain comes to an end."""
        entry = self.root.kids_dict[name]
        if entry.is_minifat:
            self._length(self.root.isectStart)
            self._length(self.minifatsect)
        elif entry.size:
            self._length(entry.isectStart)
        return self.openstream([name]).read()

    def _length(self, sector: int) -> int:
        """How many sectors the chain from `sector` has."""
        for count in range(len(self.fat) + 1):
            if sector == olefile.ENDOFCHAIN:
                return count
            if sector >= len(self.fat):
                break
            sector = self.fat[sector]
        raise olefile.OleFileError("a chain of sectors does not end")


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(0, length - 2)].decode("utf-16-le", "replace").lower()
