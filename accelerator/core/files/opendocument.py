"""What an OpenDocument file reaches for outside itself when it is opened.

Source: OASIS OpenDocument 1.3 part 3 (xlink:href; 14 event listeners; 9.8 and 14.6 DDE).
"""

import re
from collections.abc import Mapping

from accelerator.core.files import formulas, xmlparts
from accelerator.core.files.links import is_local
from accelerator.core.files.packages import Package
from accelerator.core.files.refusals import FileRefused

DDE = {"dde-connection-decl", "dde-connection", "dde-link", "dde-source"}
# Of an event: a script, or what a slide does when it is clicked, beyond turning to another.
SCRIPTED = {"language", "macro-name"}
RUNNING = {"execute", "macro", "verb"}
EMBEDDED = {"object-ole", "plugin", "applet"}
# A link waits for a click. Where text or pictures come from does not.
CLICKED = {"a"}
ELSEWHERE = {
    "image": "pictures",
    "fill-image": "pictures",
    "background-image": "pictures",
    "section-source": "text",
    "table-source": "other workbooks",
    "cell-range-source": "other workbooks",
    "object": "objects",
    "template": "its template",
}
# A chart calls the document around it "..".
INSIDE = re.compile(r"\.\.|(?:#|(?:\./)?(?![\w+.-]+:|/|\\|\.\.))[^\\]*")


def check(package: Package) -> None:
    """Refuse programs, objects and what is fetched, in any of the package's parts.

    Raises FileRefused "commands", "macros", "embedded-objects", "linked-content" or "damaged".
    """
    for name in package.names():
        if name.endswith(".xml") and not name.startswith("meta-inf/"):
            xmlparts.walk(package.chunks(name), _check_element)


def _check_element(name: str, attributes: Mapping[str, str]) -> None:
    if name in DDE:
        raise FileRefused("commands")
    if name in EMBEDDED:
        raise FileRefused("embedded-objects")
    for key, value in attributes.items():
        # Expat writes "http://… href" or "http://… href xlink".
        attribute = "".join(key.split(" ")[1:2])
        if attribute == "formula":
            formulas.refuse_open(value)
        elif attribute == "href" and name not in CLICKED and not _stays(name, value):
            raise FileRefused("linked-content", what=ELSEWHERE.get(name, "something"))
        elif name == "event-listener" and (attribute in SCRIPTED or value in RUNNING):
            raise FileRefused("macros")


def _stays(name: str, address: str) -> bool:
    """Whether an address leads into the package; a template may be on the writer's own disk."""
    return bool(INSIDE.fullmatch(address)) or (name == "template" and is_local(address))
