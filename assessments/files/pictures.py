"""Pictures: opened by Pillow as the format their ending claims, and written afresh.

Writing afresh drops EXIF (and so where a photo was taken), colour profiles, comments, previews and
anything joined to the file. JPEG, PNG and WebP stay what they are; GIF, BMP and TIFF become PNG.
A moving picture or one with several pages is refused, because writing it afresh would lose pages.
"""

import re
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from PIL import Image, ImageFile, ImageOps

from assessments.files.kinds import Kind
from assessments.files.refusals import MEGABYTE, FileRefused, Limits

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
    MemoryError,
    struct.error,
    zlib.error,
    Warning,
)
TOO_BIG = (Image.DecompressionBombError, Image.DecompressionBombWarning)
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
EXTENSIONS = {"JPEG": ("jpg", "jpeg"), "PNG": ("png",), "WEBP": ("webp",)}
SAVE_OPTIONS = {
    "JPEG": {"quality": 90},
    "PNG": {},
    "WEBP": {"quality": 90, "method": 2},
}
SAVABLE = {
    "JPEG": {"L", "RGB"},
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"},
    "WEBP": {"RGB", "RGBA"},
}
# An 0xFF that is not stuffing, not a restart marker and not padding.
JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True)
class CleanPicture:
    """A re-encoded picture: open bytes, (width, height), and the endings that suit them."""

    content: IO[bytes]
    pixels: tuple[int, int]
    media_type: str
    extensions: tuple[str, ...]


def reencode(stream: IO[bytes], kind: Kind, limits: Limits) -> CleanPicture:
    """The picture in `stream`, upright and written afresh.

    Raises FileRefused: "too-many-pixels" (from the header, before any pixel is decoded),
    "several-pictures", "damaged".
    """
    if kind.picture == "JPEG":
        _check_scans(stream, limits)
    try:
        # WeasyPrint, when imported, tells Pillow to fill truncated pictures with grey.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        with Image.open(stream, formats=(kind.picture,)) as image:
            _check_pixels(image, limits)
            image.verify()
        stream.seek(0)
        with Image.open(stream, formats=(kind.picture,)) as image:
            # MPO is a phone's JPEG with a depth map or a gain map behind the photo.
            if image.format != "MPO" and getattr(image, "is_animated", False):
                raise FileRefused("several-pictures")
            _check_pixels(image, limits)
            image.load()
            _check_pixels(image, limits)
            _turn_upright(image)
            return _write(image, kind)
    except TOO_BIG as error:
        raise _too_many_pixels(limits) from error
    except UNREADABLE as error:
        raise FileRefused("damaged") from error


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(limits)


def _too_many_pixels(limits: Limits) -> FileRefused:
    return FileRefused("too-many-pixels", megapixels=f"{limits.max_pixels / 1_000_000:g}")


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


def _write(image: Image.Image, kind: Kind) -> CleanPicture:
    target = kind.picture if kind.picture in MEDIA_TYPES else "PNG"
    if image.mode not in SAVABLE[target]:
        image = image.convert(_mode(image, target))
    kept = {"transparency"} if target == "PNG" else set()
    image.info = {key: value for key, value in image.info.items() if key in kept}
    content = SpooledTemporaryFile(max_size=2 * MEGABYTE)  # noqa: SIM115
    try:
        image.save(content, format=target, **SAVE_OPTIONS[target])
    except BaseException:
        content.close()
        raise
    return CleanPicture(content, image.size, MEDIA_TYPES[target], EXTENSIONS[target])


def _mode(image: Image.Image, target: str) -> str:
    if target == "PNG" and image.mode.startswith("I;16"):
        return "I"
    if target == "PNG" and image.mode == "F":
        return "L"
    return "RGBA" if target != "JPEG" and image.has_transparency_data else "RGB"
