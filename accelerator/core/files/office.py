"""Word, Excel, PowerPoint (Office Open XML) and OpenDocument files.

Sources: ECMA-376 part 2 (content types, relationships); OASIS OpenDocument 1.3 part 2.
"""

import io
import posixpath
from collections.abc import Mapping
from typing import IO

from accelerator.core.files import ole2, opendocument, outside, xmlparts
from accelerator.core.files.kinds import ACCEPTED, OLE2_MAGIC, Kind
from accelerator.core.files.packages import Package
from accelerator.core.files.refusals import FileRefused, Limits
from accelerator.core.files.results import Cleaned

# Parts that run: VBA projects, Excel 4 macro sheets, ActiveX controls, macro-enabled documents.
RUNNING = ("macroenabled", "vbaproject", "macrosheet", "activex")
ROOTS = {"docx": "document", "xlsx": "workbook", "pptx": "presentation"}
BODIES = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
OPENDOCUMENT_MACROS = ("basic/", "scripts/")


def check_openxml(
    stream: IO[bytes], target: IO[bytes], size: int, kind: Kind, limits: Limits
) -> Cleaned | None:
    """Refuse anything but a macro-free package whose main part is that of `kind`.

    What reaches outside is refused too, but for a local template: `target` is then without it.
    """
    stream.seek(0)
    if stream.read(8) == OLE2_MAGIC:
        ole2.refuse_wrapped(stream, size, kind)
    package = Package(stream, size, limits)
    if "[Content_Types].xml" not in package:
        raise _not_this(kind, package)
    defaults, overrides = _content_types(package)
    declared = [*defaults.values(), *overrides.values()]
    if any(mark in text for mark in RUNNING for text in declared) or any(
        posixpath.basename(name) in ("vbaproject.bin", "vbadata.xml") for name in package.names()
    ):
        raise FileRefused("macros")
    main = _main_part(package)
    content_type = overrides.get(main) or defaults.get(main.rpartition(".")[2], "")
    if content_type != f"{kind.media_type}.main+xml":
        raise _not_this(kind, package, content_type)
    _check_root(package, main, ROOTS[kind.extension])
    for name in outside.embedded(package.names()):
        _check_embedded(package, name, limits)
    if not outside.has_local_template(package):
        return None
    outside.without_template(package, target)
    return Cleaned((kind.extension,), note="template-left-out")


def _check_embedded(package: Package, name: str, limits: Limits) -> None:
    """Refuse a document inside the document that would be refused by itself, or holds others."""
    content = package.read(name, limits.max_bytes)
    kind = ACCEPTED[name.rpartition(".")[2]]
    inner = Package(io.BytesIO(content), len(content), limits)
    if outside.embedded(inner.names()):
        raise FileRefused("embedded-objects")
    check_openxml(io.BytesIO(content), io.BytesIO(), len(content), kind, limits)


def _content_types(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    defaults, overrides = {}, {}
    for tag, attributes in xmlparts.elements(package.read("[Content_Types].xml")):
        content_type = attributes.get("ContentType", "").lower()
        if tag == "Default":
            defaults[attributes.get("Extension", "").lower()] = content_type
        elif tag == "Override":
            overrides[attributes.get("PartName", "").lstrip("/").lower()] = content_type
    return defaults, overrides


def _main_part(package: Package) -> str:
    targets = [
        attributes.get("Target", "")
        for tag, attributes in xmlparts.elements(package.read("_rels/.rels"))
        if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument")
    ]
    if len(targets) != 1:
        raise FileRefused("damaged")
    return posixpath.normpath("/" + targets[0]).lstrip("/").lower()


def _not_this(kind: Kind, package: Package, content_type: str = "") -> FileRefused:
    found = "a bundle of files" if "[Content_Types].xml" not in package else "something else"
    for other in ACCEPTED.values():
        if content_type == f"{other.media_type}.main+xml":
            found = other.noun
    if "mimetype" in package:
        media_type = package.read("mimetype")
        nouns = (k.noun for k in ACCEPTED.values() if k.media_type.encode() == media_type)
        found = next(nouns, found)
    return FileRefused("wrong-content", expected=kind.noun, found=found)


def _check_root(package: Package, part: str, expected: str) -> None:
    roots: list[str] = []

    def first(tag: str, _attributes: Mapping[str, str]) -> bool:
        roots.append(tag)
        return True

    xmlparts.walk(package.chunks(part), first)
    if roots != [expected]:
        raise FileRefused("damaged")


def check_opendocument(stream: IO[bytes], size: int, kind: Kind, limits: Limits) -> None:
    """Refuse anything but a macro-free, open OpenDocument package of this `kind`, alone."""
    package = Package(stream, size, limits)
    if "mimetype" not in package or package.read("mimetype") != kind.media_type.encode():
        raise _not_this(kind, package)
    manifest = xmlparts.elements(package.read("META-INF/manifest.xml"))
    if any(tag == "encryption-data" for tag, _ in manifest):
        raise FileRefused("password")
    if any(name.startswith(OPENDOCUMENT_MACROS) for name in package.names()):
        raise FileRefused("macros")
    _check_body(package, BODIES[kind.extension])
    opendocument.check(package)


def _check_body(package: Package, expected: str) -> None:
    root = previous = body = ""

    def until_body(name: str, _attributes: Mapping[str, str]) -> bool:
        nonlocal root, previous, body
        root = root or name
        if previous == "body":
            body = name
        previous = name
        return bool(body)

    xmlparts.walk(package.chunks("content.xml"), until_body)
    if (root, body) != ("document-content", expected):
        raise FileRefused("damaged")
