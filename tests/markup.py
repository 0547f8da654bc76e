"""Reading a page as a browser does: a small tree, and questions to it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    @property
    def text(self) -> str:
        """All the text inside, with single spaces."""
        return " ".join(" ".join(self._texts()).split())

    def _texts(self) -> list[str]:
        return [
            text
            for child in self.children
            for text in ([child] if isinstance(child, str) else child._texts())
        ]

    def all(self, name: str = "", /, **wanted: str | bool) -> list["Element"]:
        """The elements below, by name and attributes (`class_` for class, `_` for a hyphen).

        True asks for the attribute, False for its absence; a class is one of the classes.
        """
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if name in ("", child.name) and all(
                    child._has(key.rstrip("_").replace("_", "-"), value)
                    for key, value in wanted.items()
                ):
                    found.append(child)
                found += child.all(name, **wanted)
        return found

    def one(self, name: str = "", /, **wanted: str | bool) -> "Element":
        found = self.all(name, **wanted)
        assert len(found) == 1, f"{len(found)} of {name} {wanted}"
        return found[0]

    def _has(self, key: str, value: str | bool) -> bool:
        if isinstance(value, bool):
            return (key in self.attributes) is value
        held = self.attributes.get(key)
        return held is not None and (value in held.split() if key == "class" else held == value)

    def fields(self) -> dict[str, str]:
        """What a browser would send for this form, its buttons left out."""
        sent = {}
        for each in self.all():
            name = each.attributes.get("name")
            if not name or each.name == "button":
                continue
            if each.name == "input":
                if each.attributes.get("type") in ("radio", "checkbox") and not each._has(
                    "checked", True
                ):
                    continue
                ticked = "on" if each.attributes.get("type") == "checkbox" else ""
                sent[name] = each.attributes.get("value", ticked)
            elif each.name == "textarea":
                sent[name] = "".join(each._texts()).removeprefix("\n")
            elif each.name == "select":
                chosen = each.all("option", selected=True) or each.all("option")[:1]
                sent[name] = chosen[0].attributes.get("value", "") if chosen else ""
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.open[-1].children.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>: {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def page(response: HttpResponse) -> Element:
    """The tree of a response's HTML; an element left open or closed twice is an error."""
    reader = _Reader()
    reader.feed(response.content.decode())
    reader.close()
    assert len(reader.open) == 1, f"left open: {[element.name for element in reader.open]}"
    return reader.open[0]
