"""Reading XML parts as a stream: well-formed to the end, no document type (and so no entities)."""

from collections.abc import Callable, Iterable, Mapping
from pyexpat import XMLParserType
from xml.sax import SAXException

from defusedxml.expatreader import DefusedExpatParser

from accelerator.core.files.fields import Codes
from accelerator.core.files.refusals import FileRefused

Element = tuple[str, Mapping[str, str]]
Visit = Callable[[str, Mapping[str, str]], bool | None]


def walk(chunks: Iterable[bytes], visit: Visit) -> None:
    """Call `visit(local name, attributes)` for each element until it answers True; then only check.

    Raises FileRefused "damaged" for XML that is not well-formed or declares a document type.
    """
    _feed(_Starts(visit), chunks)


def _feed(parser: "_Starts", chunks: Iterable[bytes]) -> None:
    try:
        # A reader of SAX that was fed nothing does not miss the root element.
        parser.feed(b"")
        for chunk in chunks:
            parser.feed(chunk)
        parser.close()
    except (SAXException, ValueError, LookupError) as error:
        # ValueError: what defusedxml forbids; with LookupError, an encoding Python does not know.
        raise FileRefused("damaged") from error


def elements(content: bytes) -> list[Element]:
    """Every element of a small part as (local name, attributes), in document order."""
    found: list[Element] = []
    walk([content], lambda name, attributes: found.append((name, attributes)))
    return found


def field_codes(chunks: Iterable[bytes]) -> str:
    """The codes of a Word part's fields, one a line, those cut into pieces joined.

    Raises as `walk` does.
    """
    codes = Codes()
    steps = {"begin": codes.begin, "separate": codes.separate, "end": codes.end}
    inside = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        inside = name in ("instrText", "delInstrText")
        if name == "fldChar":
            steps.get(local(attributes, "fldCharType"), codes.boundary)()
        elif name == "fldSimple":
            codes.whole(local(attributes, "instr"))

    def words(text: str) -> None:
        if inside:
            codes.words(text)

    _feed(_Starts(start, words), chunks)
    return codes.all()


def local(attributes: Mapping[str, str], wanted: str) -> str:
    """The value of the attribute with that local name, in whatever namespace; "" without one."""
    # Expat writes "instr", "http://… instr" or "http://… instr w".
    found = (text for key, text in attributes.items() if wanted in key.split(" ")[:2])
    return next(found, "")


class _Starts(DefusedExpatParser):
    """defusedxml's guards around expat; of all that SAX reports, only where elements start.

    The rest would cost a call of Python each, and a hostile part has 75 million of them.
    """

    _parser: XMLParserType  # the standard library's own, which its stub leaves out

    def __init__(self, visit: Visit, words: Callable[[str], None] | None = None) -> None:
        super().__init__(namespaceHandling=True, forbid_dtd=True)
        self._visit, self._words = visit, words

    def reset(self) -> None:
        super().reset()
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = self._words
        self._parser.ProcessingInstructionHandler = None
        self._parser.StartNamespaceDeclHandler = None
        self._parser.EndNamespaceDeclHandler = None

    def start_element_ns(self, name: str, attrs: Mapping[str, str]) -> None:
        # Expat writes "Override", "http://… Override" or "http://… Override prefix".
        parts = name.split(" ")
        if self._visit(parts[min(1, len(parts) - 1)], attrs):
            self._parser.StartElementHandler = None
