"""Plain text, Markdown and CSV: text to the last byte, and nothing that runs."""

import codecs
import csv
import re
from collections.abc import Iterator
from typing import IO

from accelerator.core.files import formulas
from accelerator.core.files.kinds import Kind
from accelerator.core.files.refusals import FileRefused

CHUNK = 64 * 1024
HEAD = 1024
MAX_LINE = 1024 * 1024
# Everything below space but tab, line feed, vertical tab, form feed, return and a final Ctrl-Z.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
WEB_PAGE = re.compile(
    r"<(!doctype|!--|html|head|body|script|iframe|object|embed|svg|style|meta|link|title|table|"
    r"\?xml|\?php|%)",
    re.IGNORECASE,
)
PROGRAM = ("#!", "%!ps")
OTHER_FILE = ("%pdf-", "{\\rtf", "gif87a", "gif89a", "mime-version:")


def check(stream: IO[bytes], kind: Kind) -> None:
    """Refuse bytes that are not text in UTF-8, UTF-16 with a mark, or Windows-1252.

    Raises FileRefused: "not-plain-text", "web-page", "program", "wrong-content", "damaged",
    "commands".
    """
    encoding = encoding_of(stream)
    head = ""
    for text in _decoded(stream, encoding):
        if CONTROL.search(text):
            raise FileRefused("not-plain-text")
        head = head if len(head) > HEAD else head + text
    _check_head(head[:HEAD].lstrip("\ufeff \t\r\n\v\f").lower(), kind)
    if kind.extension == "csv":
        _check_csv(stream, encoding)


def encoding_of(stream: IO[bytes]) -> str:
    """The encoding of accepted text: "utf-16" (with its mark), "utf-8" or "cp1252"."""
    stream.seek(0)
    head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        for _text in _decoded(stream, "utf-8"):
            pass
    except FileRefused:
        return "cp1252"
    return "utf-8"


def _decoded(stream: IO[bytes], encoding: str) -> Iterator[str]:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise FileRefused("not-plain-text") from error


def _check_head(head: str, kind: Kind) -> None:
    if WEB_PAGE.match(head):
        raise FileRefused("web-page")
    if head.startswith(PROGRAM):
        raise FileRefused("program")
    if head.startswith(OTHER_FILE):
        raise FileRefused("wrong-content", expected=kind.noun, found="another kind of file")


def _check_csv(stream: IO[bytes], encoding: str) -> None:
    try:
        for _row in csv.reader(map(_without_command, _lines(_decoded(stream, encoding)))):
            pass
    except csv.Error as error:
        raise FileRefused("damaged") from error


def _without_command(line: str) -> str:
    formulas.refuse_csv(line)
    return line


def _lines(texts: Iterator[str]) -> Iterator[str]:
    rest = ""
    for text in texts:
        *whole, rest = (rest + text).splitlines(keepends=True) or [""]
        yield from whole
        if len(rest) > MAX_LINE:
            yield rest
            rest = ""
    yield rest
