"""PDF: opened by pypdf within bounds; nothing in it may run or hide another file.

Source: ISO 32000-2, 7.5 (file structure), 12.6.4 (actions), 7.11.4 (embedded files).
"""

import io
import logging
import zipfile
import zlib
from typing import IO

from pypdf import PasswordType, PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from accelerator.core.files.refusals import MEGABYTE, FileRefused, Limits

# One hostile file could otherwise write a log line for each of its broken objects.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

# What pypdf raises, beside its own errors, for bytes it cannot follow.
UNREADABLE = (
    PyPdfError,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,
    zlib.error,
)
MAX_AFTER_END = 1024
MAX_STREAM = 16 * MEGABYTE
MAX_OBJECT_STREAMS = 100 * MEGABYTE
XREF_ENTRIES = 400_000
ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/GoToE", "/RichMediaExecute", "/Rendition"}
REACHING = {"/SubmitForm", "/GoToR"}
ADDRESSES = ("/URI", "/F", "/UF", "/DOS", "/Mac", "/Unix", "/Base")
OTHER_COMPUTERS = ("\\\\", "//", "file:", "smb:")
SUBTYPES = {"/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"}
KEYS = {"/JS", "/EF", "/XFA"}


def check(stream: IO[bytes], limits: Limits) -> None:
    """Refuse a PDF that needs a password, runs, carries files, or cannot be read to its pages.

    Raises FileRefused: "password", "active-content", "reaching-pdf", "two-kinds", "damaged",
    "too-complex".
    """
    content = stream.read()
    _check_end(content)
    try:
        with apply_configuration(
            maximum_declared_stream_length=limits.max_bytes,
            zlib_maximum_output_length=MAX_STREAM,
            lzw_maximum_output_length=MAX_STREAM,
            run_length_maximum_output_length=MAX_STREAM,
            array_based_stream_maximum_output_length=MAX_STREAM,
            stream_decoding_work_maximum_length=4 * MAX_STREAM,
            stream_filters_maximum_length=4,
        ):
            _check_document(io.BytesIO(content), limits)
    except (LimitReachedError, DependencyError, NotImplementedError) as error:
        raise FileRefused("too-complex") from error
    except UNREADABLE as error:
        raise FileRefused("damaged") from error


def _check_end(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise FileRefused("damaged")
    if len(content[end + 5 :].strip(b"\0\t\n\f\r ")) > MAX_AFTER_END:
        raise FileRefused("two-kinds")
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise FileRefused("two-kinds")


def _check_document(content: IO[bytes], limits: Limits) -> None:
    reader = PdfReader(
        content,
        strict=False,
        root_object_recovery_limit=1000,
        xref_stream_maximum_entries=XREF_ENTRIES,
    )
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise FileRefused("password")
    _Walk(reader, limits).check_all()
    if not _pages(reader):
        raise FileRefused("damaged")


class _Walk:
    """One visit to everything reachable from the catalogue, without recursion."""

    def __init__(self, reader: PdfReader, limits: Limits) -> None:
        self._reader, self._limits = reader, limits
        self._containers: set[int] = set()
        self._unpacked = 0

    def check_all(self) -> None:
        pending: list[object] = [self._reader.root_object]
        seen: set[tuple[int, int]] = set()
        while pending:
            item = pending.pop()
            if isinstance(item, IndirectObject):
                key = (item.idnum, item.generation)
                if key in seen:
                    continue
                seen.add(key)
                if len(seen) > self._limits.max_pdf_objects:
                    raise FileRefused("too-complex")
                self._count_container(item)
                item = item.get_object()
            if isinstance(item, DictionaryObject):
                _check_dictionary(item)
                pending.extend(dict.values(item))
            elif isinstance(item, ArrayObject):
                pending.extend(list.__iter__(item))

    def _count_container(self, item: IndirectObject) -> None:
        """Bound what all object streams unpack to together: pypdf keeps them in memory."""
        number, _index = self._reader.xref_objStm.get(item.idnum, (None, None))
        if number is None or number in self._containers:
            return
        self._containers.add(number)
        container = self._reader.get_object(number)
        if isinstance(container, StreamObject):
            self._unpacked += len(container.get_data())
        if self._unpacked > MAX_OBJECT_STREAMS:
            raise FileRefused("too-complex")


def _check_dictionary(item: DictionaryObject) -> None:
    if (
        not KEYS.isdisjoint(item)
        or _name(item, "/S") in ACTIONS
        or _name(item, "/Subtype") in SUBTYPES
        or _name(item, "/Type") == "/EmbeddedFile"
    ):
        raise FileRefused("active-content")
    if (
        _name(item, "/S") in REACHING
        or _name(item, "/FS") == "/URL"
        or "/F" in _inner(item, "/Ref")
    ):
        raise FileRefused("reaching-pdf")
    if any(_name(item, key).strip().lower().startswith(OTHER_COMPUTERS) for key in ADDRESSES):
        raise FileRefused("reaching-pdf")


def _name(item: DictionaryObject, key: str) -> str:
    value = dict.get(item, key)
    if isinstance(value, IndirectObject):
        value = value.get_object()
    # Bytes that are no text in any of PDF's encodings still are an address.
    return value.decode("latin-1") if isinstance(value, bytes) else str(value or "")


def _inner(item: DictionaryObject, key: str) -> DictionaryObject:
    value = dict.get(item, key)
    if isinstance(value, IndirectObject):
        value = value.get_object()
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def _pages(reader: PdfReader) -> int:
    """How many different pages the page tree holds; its own /Count is not believed."""
    pending = [reader.root_object["/Pages"]]
    seen: set[int] = set()
    pages = 0
    while pending:
        node = pending.pop().get_object()
        if not isinstance(node, DictionaryObject) or id(node) in seen:
            continue
        seen.add(id(node))
        kids = node.get("/Kids")
        kids = kids.get_object() if kids is not None else None
        if isinstance(kids, ArrayObject):
            pending.extend(list.__iter__(kids))
        elif _name(node, "/Type") == "/Page":
            pages += 1
    return pages
