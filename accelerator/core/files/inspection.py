"""The inspection of one upload: copy within the cap, agree, parse, scan, hash."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Self

from accelerator.core.files import apart
from accelerator.core.files.kinds import ACCEPTED, Kind, check_signature, kind_for
from accelerator.core.files.names import safe_display_name, split_extension
from accelerator.core.files.refusals import DEFAULT_LIMITS, MEGABYTE, FileRefused, Limits
from accelerator.core.files.results import NOTES, Cleaned

CHUNK = 64 * 1024


@dataclass(frozen=True)
class InspectedFile:
    """A file that may be stored.

    `content` is open at its start and holds the bytes to store: the original, or the re-encoded
    picture. `size` (bytes) and `sha256` (hex) are of those bytes; `extension` (no dot),
    `media_type` and `display_name` describe them. `pixels` is (width, height) of a picture. `note`
    is a sentence without its full stop that says what was left out, or empty.
    Close it, or use it in a `with` block: the temporary file behind `content` goes with it.
    """

    display_name: str
    extension: str
    media_type: str
    size: int
    sha256: str
    content: IO[bytes]
    reencoded: bool
    pixels: tuple[int, int] | None
    note: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close `content` and drop its temporary file."""
        self.content.close()


def inspect(
    upload: IO[bytes],
    name: str,
    *,
    limits: Limits = DEFAULT_LIMITS,
    scan: Callable[[IO[bytes]], None] | None = None,
) -> InspectedFile:
    """The storable form of `upload`, or FileRefused.

    `name` is whatever the browser sent. `scan`, when given, reads the bytes as they arrived and
    raises FileRefused to stop them. Nothing is left open when the file is refused. Errors of
    reading `upload` itself pass through.
    """
    display_name = safe_display_name(name, max_length=limits.max_name)
    with ExitStack() as unneeded:
        original = unneeded.enter_context(TemporaryFile())
        written = unneeded.enter_context(TemporaryFile())
        try:
            kind = kind_for(split_extension(display_name)[1])
            size = copy_within(limits.max_bytes, upload, original)
            check_signature(original, kind)
            cleaned = apart.look(original, written, size, kind, limits)
            if scan:
                original.seek(0)
                scan(original)
            if cleaned:
                inspected = _cleaned(written, cleaned, display_name, limits)
            else:
                inspected = _as_it_is(original, display_name, kind)
        except FileRefused as refusal:
            refusal.name = display_name
            raise
        (original if cleaned else written).close()
        unneeded.pop_all()
    return inspected


def copy_within(max_bytes: int, upload: IO[bytes], target: IO[bytes]) -> int:
    """How many bytes were copied. Raises FileRefused "too-large" or "empty"."""
    if upload.seekable():
        upload.seek(0)
    size = 0
    while chunk := upload.read(CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise FileRefused("too-large", megabytes=f"{max_bytes / MEGABYTE:g}")
        target.write(chunk)
    if not size:
        raise FileRefused("empty")
    return size


def _as_it_is(content: IO[bytes], display_name: str, kind: Kind) -> InspectedFile:
    size, digest = _measure(content)
    return InspectedFile(
        display_name, kind.extension, kind.media_type, size, digest, content, False, None
    )


def _cleaned(
    content: IO[bytes], cleaned: Cleaned, display_name: str, limits: Limits
) -> InspectedFile:
    size, digest = _measure(content)
    if size > limits.max_bytes:
        # Written afresh, a squeezed picture can grow.
        raise FileRefused("picture-too-large")
    stem, extension = split_extension(display_name)
    if extension not in cleaned.extensions:
        extension = cleaned.extensions[0]
        display_name = f"{stem}.{extension}"
    kind = ACCEPTED[extension]
    check_signature(content, kind)
    content.seek(0)
    return InspectedFile(
        display_name,
        extension,
        kind.media_type,
        size,
        digest,
        content,
        True,
        cleaned.pixels,
        NOTES.get(cleaned.note, ""),
    )


def _measure(content: IO[bytes]) -> tuple[int, str]:
    content.seek(0)
    size, digest = 0, hashlib.sha256()
    while chunk := content.read(CHUNK):
        size += len(chunk)
        digest.update(chunk)
    content.seek(0)
    return size, digest.hexdigest()
