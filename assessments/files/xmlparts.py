"""Reading XML parts with expat: streamed, well-formed to the end, no document type."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from assessments.files.refusals import FileRefused

Element = tuple[str, dict[str, str]]


def walk(chunks: Iterable[bytes], visit: Callable[[str, dict[str, str]], bool | None]) -> None:
    """Call `visit(tag, attributes)` for each element until it answers True; then only check.

    Tags are "namespace local". Raises FileRefused "damaged" for XML that is not well-formed or
    declares a document type (and so entities).
    """
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if visit(tag, attributes):
            parser.StartElementHandler = None

    def doctype(*_declaration: object) -> None:
        raise FileRefused("damaged")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        # LookupError and ValueError: an encoding that Python does not know or cannot map.
        raise FileRefused("damaged") from error


def elements(content: bytes) -> list[Element]:
    """Every element of a small part as (local name, attributes), in document order."""
    found: list[Element] = []
    walk([content], lambda tag, attributes: found.append((local(tag), attributes)))
    return found


def local(tag: str) -> str:
    """ "Override" for "http://… Override"."""
    return tag.rpartition(" ")[2]
