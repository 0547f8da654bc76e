"""What an Office Open XML file reaches for outside itself when it is opened.

Hyperlinks wait for a click and may stay. A template on the writer's own computer is common and
does nothing for readers: it is left out of the copy that is kept. All else is refused.
Sources: ECMA-376 part 1 (17.15.1.6 attachedTemplate, 17.16.5 fields, 18.14 external links), part 2.
"""

import html
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import IO

from accelerator.core.files import fields, formulas, xmlparts
from accelerator.core.files.links import is_local
from accelerator.core.files.packages import Package
from accelerator.core.files.refusals import FileRefused

SETTINGS, SETTINGS_LINKS = "word/settings.xml", "word/_rels/settings.xml.rels"
ELSEWHERE = {
    "image": "pictures",
    "oleobject": "objects",
    "attachedtemplate": "its template",
    "externallink": "other workbooks",
    "externallinkpath": "other workbooks",
}
SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:|[\\/]{2}", re.IGNORECASE)
EMBEDDED = ("docx", "xlsx", "pptx")
FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s+[\w:]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*>([^<]+)<")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)|^(?:\xff\xfe|\xfe\xff|<\0|\0<)")
# What could cut a formula into pieces, and is in no sheet that a program writes.
CUTS = re.compile(rb"<!|<\?(?!xml\s)")
MAX_RUN = 1024 * 1024  # bytes from one "<" to the next
TEMPLATE = re.compile(
    rb"<(?:\w+:)?attachedTemplate\b[^<>]*(?:/>|>\s*</(?:\w+:)?attachedTemplate\s*>)"
)
TEMPLATE_LINK = re.compile(
    rb"<(?:\w+:)?Relationship\b[^<>]*/attachedTemplate[\"'][^<>]*"
    rb"(?:/>|>\s*</(?:\w+:)?Relationship\s*>)"
)


def has_local_template(package: Package) -> bool:
    """Whether a template of the writer's own computer is all that the file reaches for.

    Raises FileRefused: "linked-content", "embedded-objects", "macros", "commands", "damaged".
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
        elif name.endswith((".xml", ".vml")):
            _check_text(package, name)
    if SETTINGS in package:
        xmlparts.walk(package.chunks(SETTINGS), _check_setting)
    return any(templates)


def embedded(names: Iterable[str]) -> list[str]:
    """The parts that are whole documents again: what charts and tables were drawn from.

    Raises FileRefused "embedded-objects" where a part is any other kind of file.
    """
    found = [name for name in names if "/embeddings/" in name and not name.endswith(".rels")]
    if any(name.rpartition(".")[2] not in EMBEDDED for name in found):
        raise FileRefused("embedded-objects")
    return found


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
        if kind in ("oleobject", "afchunk"):
            raise FileRefused("embedded-objects")
        if SCHEME.match(link.get("Target", "")):
            raise FileRefused("linked-content", what=ELSEWHERE.get(kind, "something"))
        return False
    if kind == "hyperlink":
        return False
    if kind == "attachedtemplate" and part == SETTINGS_LINKS and is_local(link.get("Target", "")):
        return True
    raise FileRefused("linked-content", what=ELSEWHERE.get(kind, "something"))


def _check_fields(package: Package, name: str) -> None:
    """Refuse a field that starts a program or fetches, however it is cut into pieces."""
    fields.refuse(xmlparts.field_codes(package.chunks(name)))


def _check_setting(tag: str, _attributes: Mapping[str, str]) -> None:
    if tag == "connectString":
        raise FileRefused("linked-content", what="data")


def _check_text(package: Package, name: str) -> None:
    """Refuse a document type, an encoding nobody writes, and formulas that reach out.

    Without a parser, which would take seconds for a large sheet.
    """
    rest = b""
    for chunk in package.chunks(name):
        text = rest + chunk
        if DOCTYPE.search(text) or ("/worksheets/" in name and CUTS.search(text)):
            raise FileRefused("damaged")
        for formula in FORMULA.findall(text):
            formulas.refuse(html.unescape(formula.decode("utf-8", "replace")))
        rest = text[max(0, text.rfind(b"<")) :]
        if len(rest) > MAX_RUN:
            raise FileRefused("too-complex")
