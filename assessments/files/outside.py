"""What an Office Open XML file reaches for outside itself when it is opened.

Hyperlinks wait for a click and may stay. A template on the writer's own computer is common and
does nothing for readers: it is left out of the copy that is kept. All else is refused.
Sources: ECMA-376 part 1 (17.15.1.6 attachedTemplate, 17.16.5 fields, 18.14 external links), part 2.
"""

import re
import zipfile
from collections.abc import Mapping
from typing import IO
from urllib.parse import unquote

from assessments.files import xmlparts
from assessments.files.packages import Package
from assessments.files.refusals import FileRefused

SETTINGS, SETTINGS_LINKS = "word/settings.xml", "word/_rels/settings.xml.rels"
ELSEWHERE = {
    "image": "pictures",
    "oleobject": "objects",
    "attachedtemplate": "its template",
    "externallink": "other workbooks",
    "externallinkpath": "other workbooks",
}
DDE = re.compile(r"^[\W_]*DDE(AUTO)?\b", re.IGNORECASE | re.MULTILINE)
TEMPLATE = re.compile(
    rb"<(?:\w+:)?attachedTemplate\b[^<>]*(?:/>|>\s*</(?:\w+:)?attachedTemplate\s*>)"
)
TEMPLATE_LINK = re.compile(
    rb"<(?:\w+:)?Relationship\b[^<>]*/attachedTemplate[\"'][^<>]*"
    rb"(?:/>|>\s*</(?:\w+:)?Relationship\s*>)"
)


def has_local_template(package: Package) -> bool:
    """Whether a template of the writer's own computer is all that the file reaches for.

    Raises FileRefused: "linked-content", "embedded-objects", "macros", "commands".
    """
    names = package.names()
    if any(name.startswith("xl/externallinks/") for name in names):
        raise FileRefused("linked-content", what="other workbooks")
    if any(name.endswith("/connections.xml") for name in names):
        raise FileRefused("linked-content", what="data")
    templates = [_check_links(package, name) for name in names if name.endswith(".rels")]
    for name in names:
        if name.startswith("word/") and name.endswith(".xml"):
            _check_fields(package, name)
    return any(templates)


def without_template(package: Package, target: IO[bytes]) -> None:
    """Write the package to `target` without the template of its settings."""
    changed = {
        SETTINGS: TEMPLATE.sub(b"", package.read(SETTINGS)),
        SETTINGS_LINKS: TEMPLATE_LINK.sub(b"", package.read(SETTINGS_LINKS)),
    }
    tags = xmlparts.elements(changed[SETTINGS]) + xmlparts.elements(changed[SETTINGS_LINKS])
    if any(tag == "attachedTemplate" or _kind(link) == "attachedtemplate" for tag, link in tags):
        # Written in an encoding or a way that is not understood here.
        raise FileRefused("linked-content", what=ELSEWHERE["attachedtemplate"])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in package.written_names():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            given = changed.get(name.lower())
            with copy.open(entry, "w") as part:
                part.writelines(package.chunks(name) if given is None else [given])


def _check_links(package: Package, name: str) -> bool:
    """Whether one part's relationships name a local template; refuse all other ties."""
    templates: list[bool] = []

    def visit(tag: str, link: Mapping[str, str]) -> None:
        if tag == "Relationship":
            templates.append(_is_local_template(link, name))

    xmlparts.walk(package.chunks(name), visit)
    return any(templates)


def _kind(link: Mapping[str, str]) -> str:
    return link.get("Type", "").rpartition("/")[2].lower()


def _is_local_template(link: Mapping[str, str], part: str) -> bool:
    kind = _kind(link)
    if kind in ("vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet"):
        raise FileRefused("macros")
    if link.get("TargetMode", "").lower() != "external":
        if kind == "oleobject":
            raise FileRefused("embedded-objects")
        return False
    if kind == "hyperlink":
        return False
    if kind == "attachedtemplate" and part == SETTINGS_LINKS and _is_local(link.get("Target", "")):
        return True
    raise FileRefused("linked-content", what=ELSEWHERE.get(kind, "something"))


def _is_local(address: str) -> bool:
    """Whether a path leads to a disk: no scheme but file:, and no computer's name."""
    path = unquote(address).strip().replace("\\", "/")
    path = re.sub("^file:", "", path, flags=re.IGNORECASE)
    slashes = len(path) - len(path.lstrip("/"))
    if re.match("[a-z]:/", path[slashes:], re.IGNORECASE):
        return slashes in (0, 1, 2, 3)
    return slashes in (0, 1, 3) and ":" not in path.partition("/")[0]


def _check_fields(package: Package, name: str) -> None:
    """Refuse a field that starts another program (DDE), however it is cut into pieces."""
    if DDE.search(xmlparts.field_codes(package.chunks(name))):
        raise FileRefused("commands")
