"""The name under which a file is shown and downloaded; never a path on disk."""

import re
import unicodedata

from accelerator.core.files.refusals import DEFAULT_LIMITS
from accelerator.core.text import plain_name

FALLBACK = "evidence"
# Reserved on Windows, or able to break a Content-Disposition header or an attribute.
_UNSAFE = re.compile(r'[<>:"|?*]')
# Cc control, Cf format (bidi overrides, zero-width), Cs lone surrogate, Co private, Zl/Zp lines.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_display_name(name: str, *, max_length: int = DEFAULT_LIMITS.max_name) -> str:
    """The last part of `name`, safe to show and to offer for saving.

    NFC, at most `max_length` characters with the ending kept, no separators, no control or
    bidirectional characters, no leading or trailing dots or spaces; never empty.
    """
    text = plain_name("".join(c for c in name if unicodedata.category(c) not in _INVISIBLE))
    text = text.replace("\\", "/").rsplit("/", 1)[-1]
    text = _UNSAFE.sub("_", " ".join(text.split())).strip(". ")
    if not text:
        return FALLBACK
    if _DEVICES.fullmatch(text):
        text = f"_{text}"
    stem, extension = split_extension(text)
    if len(text) > max_length:
        # An absurd ending is no ending; cutting it keeps the length and refuses the type.
        ending = f".{extension}" if extension and len(extension) < 16 else ""
        text = (stem if ending else text)[: max_length - len(ending)].rstrip(". ") + ending
    return text


def split_extension(name: str) -> tuple[str, str]:
    """`("Annual report", "pdf")` for "Annual report.PDF"; the ending is in lower case."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem:
        return name, ""
    return stem, extension.strip().lower()
