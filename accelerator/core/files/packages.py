"""A strict reader of ZIP packages: what it accepts, every unpacker reads alike.

The whole file must be accounted for: local entries from byte 0, one after another, then the
central directory, then the end record. Every entry is unpacked once, counting real bytes, because
declared sizes lie. Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from accelerator.core.files.refusals import MEGABYTE, FileRefused, Limits

CHUNK = 64 * 1024
END = struct.Struct("<4s4H2LH")
LOCAL = struct.Struct("<4s5H3L2H")
ENCRYPTED = 0x0001 | 0x0040 | 0x2000
DESCRIBED = 0x0008
DESCRIPTOR_SIZES = (0, 12, 16, 20, 24)
# Below this a high ratio is only a small, repetitive document.
RATIO_FLOOR = MEGABYTE
MAX_DIRECTORY = 4 * MEGABYTE


class Package:
    """An open, fully verified package; part names are matched without case, as in OPC.

    Raises FileRefused: "damaged", "two-kinds", "password", "unpacks-too-large".
    """

    def __init__(self, stream: IO[bytes], size: int, limits: Limits) -> None:
        self._stream = stream
        directory = _check_end(stream, size, limits)
        try:
            infos = zipfile.ZipFile(stream).infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise FileRefused("damaged") from error
        if len(infos) > limits.max_zip_entries:
            raise FileRefused("unpacks-too-large")
        self._infos = {info.filename.lower(): info for info in infos}
        if len(self._infos) != len(infos):
            raise FileRefused("damaged")
        for info in infos:
            _check_entry(info)
        self._starts = self._check_layout(infos, directory)
        self._check_contents(infos, size, limits)

    def names(self) -> list[str]:
        """Every entry's name, in lower case."""
        return list(self._infos)

    def written_names(self) -> list[str]:
        """Every entry's name as it is written, in the file's order."""
        return [info.filename for info in self._infos.values()]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._infos

    def chunks(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes of one part; "damaged" when there is no such part."""
        info = self._infos.get(name.lower())
        if info is None:
            raise FileRefused("damaged")
        return self._unpack(info)

    def read(self, name: str, limit: int = MEGABYTE) -> bytes:
        """One small part whole; "damaged" when absent or longer than `limit` bytes."""
        parts, total = [], 0
        for chunk in self.chunks(name):
            total += len(chunk)
            if total > limit:
                raise FileRefused("damaged")
            parts.append(chunk)
        return b"".join(parts)

    def _check_layout(self, infos: list[zipfile.ZipInfo], directory: int) -> dict[str, int]:
        starts, position = {}, 0
        descriptors: tuple[int, ...] = (0,)
        for info in sorted(infos, key=lambda info: info.header_offset):
            if info.header_offset - position not in descriptors:
                raise FileRefused("two-kinds")
            start = self._local_data(info)
            starts[info.filename] = start
            position = start + info.compress_size
            descriptors = DESCRIPTOR_SIZES if info.flag_bits & DESCRIBED else (0,)
        if directory - position not in descriptors:
            raise FileRefused("two-kinds")
        return starts

    def _local_data(self, info: zipfile.ZipInfo) -> int:
        self._stream.seek(info.header_offset)
        header = self._stream.read(LOCAL.size)
        if len(header) != LOCAL.size:
            raise FileRefused("damaged")
        magic, _version, flags, method, *_rest, name_size, extra_size = LOCAL.unpack(header)
        name = self._stream.read(name_size)
        encoding = "utf-8" if info.flag_bits & 0x0800 else "cp437"
        if flags & ENCRYPTED:
            raise FileRefused("password")
        if (
            magic != b"PK\x03\x04"
            or method != info.compress_type
            or name != info.orig_filename.encode(encoding, "replace")
        ):
            raise FileRefused("damaged")
        return info.header_offset + LOCAL.size + name_size + extra_size

    def _check_contents(self, infos: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
        cap = min(limits.max_unzipped_bytes, max(RATIO_FLOOR, size * limits.max_zip_ratio))
        if sum(info.file_size for info in infos) > cap:
            raise FileRefused("unpacks-too-large")
        total = 0
        for info in infos:
            length = crc = 0
            for chunk in self._unpack(info):
                length += len(chunk)
                if total + length > cap:
                    raise FileRefused("unpacks-too-large")
                crc = zlib.crc32(chunk, crc)
            if length != info.file_size or crc != info.CRC:
                raise FileRefused("damaged")
            total += length

    def _unpack(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        position = self._starts[info.filename]
        left = info.compress_size
        inflater = zlib.decompressobj(-15) if info.compress_type and left else None
        while left:
            # Another part may be read between two chunks of this one.
            self._stream.seek(position)
            packed = self._stream.read(min(CHUNK, left))
            if not packed:
                raise FileRefused("damaged")
            position += len(packed)
            left -= len(packed)
            if inflater is None:
                yield packed
            else:
                yield from _inflate(inflater, packed)
        if inflater is not None and (not inflater.eof or inflater.unused_data):
            raise FileRefused("damaged")


def _inflate(inflater: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    try:
        while True:
            chunk = inflater.decompress(packed, CHUNK)
            packed = inflater.unconsumed_tail
            if chunk:
                yield chunk
            # A full chunk may leave output waiting even when the input is used up.
            if inflater.eof or (not packed and len(chunk) < CHUNK):
                return
    except zlib.error as error:
        raise FileRefused("damaged") from error


def _check_end(stream: IO[bytes], size: int, limits: Limits) -> int:
    """Where the central directory starts; the end record must close the file with no comment."""
    if size < END.size:
        raise FileRefused("damaged")
    stream.seek(0)
    if b"%PDF-" in stream.read(1024):
        raise FileRefused("two-kinds")
    stream.seek(size - END.size)
    magic, disk, start_disk, here, entries, length, start, comment = END.unpack(
        stream.read(END.size)
    )
    if magic != b"PK\x05\x06":
        raise FileRefused("two-kinds" if _has_end(stream, size) else "damaged")
    if disk or start_disk or comment or here != entries or start + length != size - END.size:
        # ZIP64 records fall here too: no document within the size cap needs them.
        raise FileRefused("damaged")
    if entries > limits.max_zip_entries or length > MAX_DIRECTORY:
        raise FileRefused("unpacks-too-large")
    return start


def _has_end(stream: IO[bytes], size: int) -> bool:
    stream.seek(max(0, size - END.size - 65_535))
    return b"PK\x05\x06" in stream.read()


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename.replace("\\", "/")
    if "\0" in name or name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
        raise FileRefused("damaged")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FileRefused("damaged")
    if info.flag_bits & ENCRYPTED:
        raise FileRefused("password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefused("damaged")
