"""Pictures: opened by Pillow as the format their ending claims, and written afresh.

Writing afresh drops EXIF (and so where a photo was taken), colour profiles, comments, previews and
anything joined to the file. JPEG, PNG and WebP stay what they are; GIF, BMP and TIFF become PNG.
A moving picture or one with several pages is refused, because writing it afresh would lose pages.
"""

import math
import re
import struct
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from PIL import Image, ImageOps

from accelerator.core.files.kinds import Kind
from accelerator.core.files.refusals import FileRefused, Limits
from accelerator.core.files.results import Cleaned

# What Pillow's readers raise for bytes they cannot follow; Warning where a site makes it an error.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    AssertionError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
    Warning,
)
TOO_BIG = (Image.DecompressionBombError, Image.DecompressionBombWarning)
EXTENSIONS = {"JPEG": ("jpg", "jpeg"), "PNG": ("png",), "WEBP": ("webp",)}
SAVE_OPTIONS = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 3},
    "WEBP": {"quality": 90, "method": 1},
}
SAVABLE = {
    "JPEG": {"L", "RGB"},
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"},
    "WEBP": {"RGB", "RGBA"},
}
# An 0xFF that is not stuffing, not a restart marker and not padding.
JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def reencode(stream: IO[bytes], target: IO[bytes], kind: Kind, limits: Limits) -> Cleaned:
    """Write the picture in `stream` to `target`: upright and afresh.

    A JPEG of more than `max_other_pixels` is written at half its width and height, or less.
    Raises FileRefused: "too-many-pixels" (from the header, before any pixel is decoded),
    "several-pictures", "damaged"; MemoryError.
    """
    if kind.picture == "JPEG":
        _check_scans(stream, limits)
    if kind.picture == "WEBP":
        _check_canvas(stream, kind, limits)
    try:
        with Image.open(stream, formats=(kind.picture,)) as image:
            _check_pixels(image, kind, limits)
            image.verify()
        stream.seek(0)
        image = Image.open(stream, formats=(kind.picture,))
        # MPO is a phone's JPEG with a depth map or a gain map behind the photo.
        if image.format != "MPO" and getattr(image, "is_animated", False):
            raise FileRefused("several-pictures")
        _check_pixels(image, kind, limits)
        _draft(image, kind, limits)
        image.load()
        _check_pixels(image, kind, limits)
        _turn_upright(image)
        return _write(image, target, kind)
    except TOO_BIG as error:
        raise _too_many_pixels(_allowed(kind, limits)) from error
    except UNREADABLE as error:
        raise FileRefused("damaged") from error


def _allowed(kind: Kind, limits: Limits) -> int:
    caps = {"JPEG": limits.max_pixels, "WEBP": limits.max_webp_pixels}
    return caps.get(kind.picture, limits.max_other_pixels)


def _check_pixels(image: Image.Image, kind: Kind, limits: Limits) -> None:
    _check_size(image.size, kind, limits)
    if image.info.get("progressive") and math.prod(image.size) > limits.max_other_pixels:
        # Its scans cover the whole picture, so the reader keeps them all.
        raise _too_many_pixels(limits.max_other_pixels)


def _check_size(sides: Sequence[int], kind: Kind, limits: Limits) -> None:
    if math.prod(sides) > _allowed(kind, limits):
        raise _too_many_pixels(_allowed(kind, limits))


def _check_canvas(stream: IO[bytes], kind: Kind, limits: Limits) -> None:
    """Refuse a WebP by its header (RFC 9649, 2.5 to 2.7): its decoder takes the memory at once."""
    stream.seek(0)
    head = stream.read(30).ljust(30, b"\0")
    stream.seek(0)
    match head[12:16]:
        case b"VP8X":
            sides = [int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27)]
        case b"VP8L":
            packed = int.from_bytes(head[21:25], "little")
            sides = [(packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1]
        case _:
            sides = [int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28)]
    _check_size(sides, kind, limits)


def _too_many_pixels(allowed: int) -> FileRefused:
    return FileRefused("too-many-pixels", megapixels=f"{allowed / 1_000_000:g}")


def _draft(image: Image.Image, kind: Kind, limits: Limits) -> None:
    width, height = image.size
    if kind.picture == "JPEG" and math.prod(image.size) > limits.max_other_pixels:
        image.draft(None, (width // 2, height // 2))


def _check_scans(stream: IO[bytes], limits: Limits) -> None:
    """Refuse a progressive JPEG of countless tiny scans, each of which repaints the picture."""
    stream.seek(0)
    content = stream.read()
    stream.seek(0)
    position, scans = 2, 0
    while found := JPEG_MARKER.search(content, position):
        marker, position = content[found.start() + 1], found.end()
        if marker == 0xD9:
            return
        if marker in (0x01, 0xD8):
            continue
        scans += marker == 0xDA
        if scans > limits.max_image_scans:
            raise FileRefused("damaged")
        position += max(2, int.from_bytes(content[position : position + 2], "big"))


def _turn_upright(image: Image.Image) -> None:
    # Unreadable EXIF is no reason to lose the photo; it is dropped either way.
    with suppress(*UNREADABLE):
        ImageOps.exif_transpose(image, in_place=True)


def _write(image: Image.Image, target: IO[bytes], kind: Kind) -> Cleaned:
    form = kind.picture if kind.picture in SAVABLE else "PNG"
    if image.mode not in SAVABLE[form]:
        image = image.convert(_mode(image, form))
    kept = {"transparency"} if form == "PNG" else set()
    image.info = {key: value for key, value in image.info.items() if key in kept}
    image.save(target, format=form, **SAVE_OPTIONS[form])
    return Cleaned(EXTENSIONS[form], image.size)


def _mode(image: Image.Image, target: str) -> str:
    if target == "PNG" and image.mode.startswith("I;16"):
        return "I"
    if target == "PNG" and image.mode == "F":
        return "L"
    return "RGBA" if target != "JPEG" and image.has_transparency_data else "RGB"
