"""Characters that nobody sees and that change what is read: out of names, files and exports."""

import json
import re
import unicodedata
from typing import Any

# They turn the reading direction of what follows: "gpj.exe" read as "exe.jpg".
TURNING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
# No width, or a blank that is not a space. Joiners inside a word stay: Persian and emoji need them.
UNSEEN = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u2800"
UNSEEN += "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4`"), "'")
JOINERS = "\u200c\u200d"

_hidden = re.compile(f"[{''.join(map(chr, TURNING))}{UNSEEN}]")
_first = re.compile(f"^[{UNSEEN}{JOINERS}]+")
_edges = re.compile(f"^[{JOINERS}\\s]+|[{JOINERS}\\s]+$")
_controls = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def plain_name(text: str) -> str:
    """A name as it reads: on one line, nothing hidden in it, no blanks around it."""
    shown = _hidden.sub("", _controls.sub(" ", unicodedata.normalize("NFC", text)))
    return _edges.sub("", " ".join(shown.split()))


def folded(name: str) -> str:
    """What a name has in common with every other way to type it: capitals, blanks, marks, width."""
    plain = unicodedata.normalize("NFKC", plain_name(name).translate(APOSTROPHES))
    return plain.casefold()


def left_to_read(text: str) -> str:
    """A text for a file that leaves: nothing turns its direction, no line begins unseen."""
    lines = text.translate(dict.fromkeys(TURNING)).split("\n")
    return "\n".join(_first.sub("", line) for line in lines)


def storable(value: Any) -> bool:
    """Whether PostgreSQL can hold this JSON value: no NUL, no half of a character."""
    try:
        return b"\\u0000" not in json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, ValueError):
        return False
