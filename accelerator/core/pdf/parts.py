"""A document in two parts: its HTML cut, and their PDF files joined.

pikepdf copies pages, and leaves behind what belongs to a file as a whole: its tags, its bookmarks
and the names that links lead to.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from pikepdf import Array, Dictionary, Object, ObjectStreamMode, Pdf, String

# A template writes it where a page ends and the document may be cut.
MARK = "<!-- part -->"
LINK = re.compile(r' href="#([^"]*)"')
TARGET = re.compile(r' id="([^"]*)"')


class Part(NamedTuple):
    """A tagged PDF file, and those of its names that stand for a place in another part."""

    data: bytes
    elsewhere: Collection[str]


def cut(html: str) -> tuple[tuple[str, frozenset[str]], tuple[str, frozenset[str]]]:
    """The document as two, cut at the mark nearest to half its tags; with what links elsewhere.

    A link to the other part would lead nowhere and be dropped, so it is its own target for now.
    Raises ValueError where there is no mark.
    """
    start = html.index(">", html.index("<body")) + 1
    half = html.count("<", start) / 2
    marks = (mark.start() for mark in re.finditer(MARK, html))
    place = min(marks, key=lambda mark: abs(html.count("<", start, mark) - half))
    first, second = html[:place] + "</body></html>", html[:start] + html[place:]
    return _with_own_targets(first, second), _with_own_targets(second, first)


def _with_own_targets(html: str, other: str) -> tuple[str, frozenset[str]]:
    elsewhere = set(LINK.findall(html)) & set(TARGET.findall(other)) - set(TARGET.findall(html))
    for name in elsewhere:
        html = html.replace(f' href="#{name}"', f' id="{name}" href="#{name}"', 1)
    return html, frozenset(elsewhere)


def join(parts: Iterable[Part]) -> bytes:
    """All pages in one file, with the metadata of the first part.

    Each part is a file with bookmarks and tags as WeasyPrint writes them, and is taken when those
    before it are done. The same parts give the same bytes.
    """
    rest = iter(parts)
    first = next(rest)
    with Pdf.open(io.BytesIO(first.data)) as whole:
        places = dict(_places(whole, first.elsewhere))
        for number, part in enumerate(rest, start=2):
            with Pdf.open(io.BytesIO(part.data)) as more:
                start = len(whole.pages)
                for page in more.pages:
                    whole.pages.append(page)
                _append_tags(whole, more, start, prefix=f"{number}-")
                _append_bookmarks(whole, more)
                for name, place in _places(more, part.elsewhere):
                    places.setdefault(name, whole.copy_foreign(more.make_indirect(place)))
        if places:
            names = Array([x for name in sorted(places) for x in (String(name), places[name])])
            whole.Root.Names = Dictionary(Dests=Dictionary(Names=names))
        file = io.BytesIO()
        whole.save(file, static_id=True, object_stream_mode=ObjectStreamMode.generate)
        return file.getvalue()


def _places(part: Pdf, elsewhere: Collection[str]) -> Iterator[tuple[str, Object]]:
    """The part's names with the place that each leads to."""
    tree = part.Root.get("/Names", Dictionary()).get("/Dests", Dictionary())
    names: Iterable[Object] = tree.get("/Names", [])
    for name, place in _pairs(names):
        if str(name) not in elsewhere:
            yield str(name), place


def _pairs(tree: Iterable[Object]) -> Iterator[tuple[Object, Object]]:
    entries = iter(tree)
    return zip(entries, entries, strict=True)


def _append_tags(whole: Pdf, more: Pdf, start: int, prefix: str) -> None:
    """Appends the tags of `more`, whose pages are those of `whole` from `start` on.

    A page and a link know their tags by a number, which goes on where the last part ended. A
    table's heading is known to its cells by an identifier, which gets the prefix.
    """
    tags = whole.Root.StructTreeRoot
    appended = whole.copy_foreign(more.Root.StructTreeRoot)
    numbers = tags.ParentTree.Nums
    shift = int(numbers[-2]) + 1
    for page in whole.pages[start:]:
        page.StructParents += shift
        for note in page.get("/Annots", ()):
            if "/StructParent" in note:
                note.StructParent += shift
    for number, place in _pairs(appended.ParentTree.Nums):
        numbers.append(int(number) + shift)
        numbers.append(place)
    document = tags.K[0]
    for element in appended.K[0].K:
        element.P = document
        document.K.append(element)
        _prefix_identifiers(element, prefix)


def _prefix_identifiers(element: Object, prefix: str) -> None:
    if "/ID" in element:
        element.ID = String(prefix + str(element.ID))
    if "/A" in element and "/Headers" in element.A:
        element.A.Headers = Array([String(prefix + str(each)) for each in element.A.Headers])
    for child in element.K:
        if isinstance(child, Object) and "/S" in child:
            _prefix_identifiers(child, prefix)


def _append_bookmarks(whole: Pdf, more: Pdf) -> None:
    if "/Outlines" not in more.Root:
        return
    appended = whole.copy_foreign(more.Root.Outlines)
    if "/Outlines" not in whole.Root:
        whole.Root.Outlines = appended
        return
    outline = whole.Root.Outlines
    first = appended.First
    outline.Last.Next, first.Prev = first, outline.Last
    outline.Last = appended.Last
    outline.Count += appended.Count
    item: Object | None = first
    while item is not None:
        item.Parent = outline
        item = item.get("/Next")
