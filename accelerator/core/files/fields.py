"""Fields of Word documents: some start programs or fetch from elsewhere, whatever hides them.

Sources: ECMA-376 part 1, 17.16 (fields); [MS-DOC] 2.8.25 (field characters).
"""

import re
from dataclasses import dataclass, field

from accelerator.core.files.refusals import FileRefused

# A field inside the code of another; its result becomes part of that code.
INNER = "\0"
PROGRAMS = ("DDE", "DDEAUTO")
FETCHED = {
    "INCLUDEPICTURE": "pictures",
    "INCLUDETEXT": "text",
    "INCLUDE": "text",
    "IMPORT": "pictures",
    "LINK": "objects",
    "DATABASE": "data",
    "RD": "text",
}
# What may stand before a name, the name ("=" is one), and a field that the name goes on with.
NAME = re.compile(rf"^(?:[^\w\n={INNER}]|_)*(=|[A-Za-z]*)({INNER}?)", re.MULTILINE)
MAX_DEPTH = 100


@dataclass
class _Field:
    code: list[str] = field(default_factory=list)
    result: bool = False


class Codes:
    """Collects the codes of fields in the order of the text; `all` gives them, one a line."""

    def __init__(self) -> None:
        self._open: list[_Field] = []
        self._done: list[str] = []

    def begin(self) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise FileRefused("too-complex")
        if self._open and not self._open[-1].result:
            self._open[-1].code.append(INNER)
        self._open.append(_Field())

    @property
    def inside(self) -> bool:
        """Whether the next words belong to a code."""
        return bool(self._open) and not self._open[-1].result

    def separate(self) -> None:
        if self._open:
            self._open[-1].result = True

    def end(self) -> None:
        if self._open:
            self._done.append("".join(self._open.pop().code))

    def boundary(self) -> None:
        """Where one field ends and another may begin: nobody says which."""
        self.end()
        self._open.append(_Field())

    def whole(self, code: str) -> None:
        self._done.append(code)

    def words(self, text: str) -> None:
        """Part of a code; outside of any field it is taken for one."""
        if not self._open:
            self._open.append(_Field())
        self._open[-1].code.append(text)

    def all(self) -> str:
        while self._open:
            self.end()
        return "\n".join(self._done)


def refuse(codes: str) -> None:
    """Refuse a code that starts a program, fetches something, or hides its own name.

    Raises FileRefused "commands" or "linked-content".
    """
    for name, inner in NAME.findall(codes):
        name = name.upper()
        if name in PROGRAMS:
            raise FileRefused("commands")
        if inner and any(known.startswith(name) for known in (*PROGRAMS, *FETCHED)):
            # { { QUOTE 68 68 69 } … }: the name is computed when the document is opened.
            raise FileRefused("commands")
        if name in FETCHED:
            raise FileRefused("linked-content", what=FETCHED[name])


def codes_of(text: str) -> str:
    """The codes of the fields in a text with Word's own characters for begin, middle and end."""
    codes = Codes()
    for piece in re.split("([\x13\x14\x15])", text):
        match piece:
            case "\x13":
                codes.begin()
            case "\x14":
                codes.separate()
            case "\x15":
                codes.end()
            case _ if codes.inside:
                codes.words(piece)
    return codes.all()
