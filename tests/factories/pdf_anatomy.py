"""What a tagged PDF file is made of, so that two files can be compared and one be checked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject


def anatomy(data: bytes) -> dict[str, Any]:
    """Texts, sizes, tags, bookmarks, link targets and metadata of a file."""
    reader = PdfReader(io.BytesIO(data))
    names = {name: place(reader, to) for name, to in reader.named_destinations.items()}
    return {
        "texts": [page.extract_text() for page in reader.pages],
        "sizes": [[float(side) for side in page.mediabox] for page in reader.pages],
        "tags": [tag_of(reader, element) for element in tags(reader)],
        "bookmarks": [(item.title, place(reader, item)) for item in bookmarks(reader.outline)],
        "names": names,
        "links": [[names[note["/Dest"]] for note in notes(page)] for page in reader.pages],
        "metadata": {key: value for key, value in reader.metadata.items() if key != "/Producer"},
    }


def faults(data: bytes) -> list[str]:
    """Where the tags of a file do not fit its pages, its links or each other."""
    reader = PdfReader(io.BytesIO(data))
    found = []
    flat = iter(root(reader)["/ParentTree"]["/Nums"])
    owners = {int(number): entry.get_object() for number, entry in zip(flat, flat, strict=True)}
    used = []
    for number, page in enumerate(reader.pages, start=1):
        used.append(page["/StructParents"])
        for mark, element in enumerate(owners[page["/StructParents"]]):
            if element["/Pg"] != page or mark not in element["/K"]:
                found.append(f"page {number}: mark {mark} is not its tag's")
        for note in notes(page):
            used.append(note["/StructParent"])
            kids = [kid.get_object() for kid in owners[note["/StructParent"]]["/K"]]
            if not any(kid["/Obj"] == note for kid in kids if isinstance(kid, dict)):
                found.append(f"page {number}: a link is not its tag's")
    if sorted(used) != sorted(owners):
        found.append("numbers of pages and links are not those of the tags")
    everything = list(tags(reader))
    identifiers = [element["/ID"] for element in everything if "/ID" in element]
    if len(set(identifiers)) != len(identifiers):
        found.append("two table headings have one identifier")
    found += [
        f"no heading {header}"
        for element in everything
        for header in element.get("/A", {}).get("/Headers", ())
        if header not in identifiers
    ]
    return found


def root(reader: PdfReader) -> DictionaryObject:
    return reader.trailer["/Root"]["/StructTreeRoot"]


def tags(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every structure element, parents first; each must know its parent."""

    def below(node: Any, parent: Any) -> Iterator[DictionaryObject]:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, ArrayObject):
            for child in node:
                yield from below(child, parent)
        elif isinstance(node, DictionaryObject) and "/S" in node:
            assert node["/P"].get_object() == parent
            yield node
            yield from below(node["/K"], node)

    yield from below(root(reader)["/K"], root(reader))


def tag_of(reader: PdfReader, element: DictionaryObject) -> tuple[str, int, int]:
    """An element's kind, the number of its page, and how many headings a cell has."""
    page = element.get("/Pg")
    return (
        element["/S"],
        -1 if page is None else reader.get_page_number(page),
        len(element.get("/A", {}).get("/Headers", ())),
    )


def bookmarks(outline: list) -> Iterator[Any]:
    for item in outline:
        if isinstance(item, list):
            yield from bookmarks(item)
        else:
            yield item


def place(reader: PdfReader, destination: Any) -> tuple[int, float, float]:
    return (
        reader.get_destination_page_number(destination),
        float(destination.left),
        float(destination.top),
    )


def notes(page: Any) -> list[DictionaryObject]:
    return [note.get_object() for note in page.get("/Annots", ())]
