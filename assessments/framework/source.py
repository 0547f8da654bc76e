"""Read a framework file (YAML) and say precisely what is wrong with a broken one.

The rules the content must satisfy are in `framework.schema.json` and `rules`. Nothing here
touches the database or Django.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from assessments.framework.rules import (
    WHOLE_FILE,
    Problem,
    join_path,
    schema_problems,
    semantic_problems,
)

__all__ = ["FrameworkFileError", "Problem", "checksum", "differences", "read_framework"]

MAX_BYTES = 2_000_000
MAX_DEPTH = 20


class FrameworkFileError(Exception):
    """A framework file that cannot be used.

    `problems` holds every problem found, in file order. `str()` gives one line per problem,
    each starting with the file's name.
    """

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name = name
        self.problems = problems
        super().__init__(name, problems)

    def __str__(self) -> str:
        # A quoted value may hold a line break.
        lines = (" ".join(f"{self.name}: {problem}".split()) for problem in self.problems)
        return "\n".join(lines)


# The same loader in C, much faster, where PyYAML was built with it.
if TYPE_CHECKING:
    _SafeLoader = yaml.SafeLoader
else:
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
    """PyYAML's safe loader, except that text which looks like a date stays text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def read_framework(path: str | Path) -> dict[str, Any]:
    """Return the framework in the YAML file at `path`, shaped as `framework.schema.json` says.

    Raises FrameworkFileError with every problem found at the first stage that fails: opening,
    YAML, shape, then cross-references.
    """
    path = Path(path)
    data: Any = None
    text = _read_text(path)
    if isinstance(text, Problem):
        problems = [text]
    else:
        data, problems = _load(text)
    problems = problems or schema_problems(data) or semantic_problems(data)
    if problems:
        raise FrameworkFileError(path.name, problems)
    return data


def checksum(data: dict[str, Any]) -> str:
    """Return the SHA-256 (hexadecimal) of `data` as canonical JSON: layout does not matter."""
    canonical = json.dumps(
        data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return one line per path whose value differs, with both values shortened; [] if none."""
    return list(_differences("", old, new))


def _differences(path: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            where = join_path(path, key)
            if key not in new:
                yield f"{where}: {_short(old[key])} was removed"
            elif key not in old:
                yield f"{where}: {_short(new[key])} was added"
            else:
                yield from _differences(where, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            where = join_path(path, index)
            if index >= len(new):
                yield f"{where}: {_short(old[index])} was removed"
            elif index >= len(old):
                yield f"{where}: {_short(new[index])} was added"
            else:
                yield from _differences(where, old[index], new[index])
    # 1 == True and 1 == 1.0 in Python, but not in the file.
    elif type(old) is not type(new) or old != new:
        start = _first_difference(old, new)
        yield f"{path or WHOLE_FILE}: {_short(old, start)} became {_short(new, start)}"


def _first_difference(old: Any, new: Any) -> int:
    if not (isinstance(old, str) and isinstance(new, str)):
        return 0
    pairs = zip(old, new, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))


def _short(value: Any, around: int = 0, width: int = 60) -> str:
    """Return `value` as JSON of about `width` characters, keeping what is near `around`."""
    if isinstance(value, str):
        start = max(0, around - width // 3) if len(value) > width else 0
        part = value[start : start + width]
        lead, tail = "…" * (start > 0), "…" * (start + width < len(value))
        return json.dumps(f"{lead}{part}{tail}", ensure_ascii=False)
    shown = json.dumps(value, ensure_ascii=False, default=repr)
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def _read_text(path: Path) -> str | Problem:
    try:
        if path.is_dir():
            return Problem(WHOLE_FILE, "This is a folder, not a file.", "Name the YAML file in it.")
        if not path.exists():
            return Problem(WHOLE_FILE, "There is no such file.", "Check the name and the folder.")
        if not path.is_file():
            return Problem(WHOLE_FILE, "This is not an ordinary file.", "Give a YAML file.")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        return Problem(
            WHOLE_FILE,
            f"The file cannot be opened ({error.strerror}).",
            "Check that you are allowed to read it.",
        )
    if len(raw) > MAX_BYTES:
        return Problem(
            WHOLE_FILE,
            "The file is over 2 MB, far more than a framework needs.",
            "Check that it is the right file.",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(
            f"line {line}", "The file is not UTF-8 text.", "Save it again with UTF-8 encoding."
        )


def _load(text: str) -> tuple[Any, list[Problem]]:
    """Return (data, []) or (None, problems) for YAML text."""
    try:
        problems = _event_problems(text)
        if problems:
            return None, problems
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None, [Problem(WHOLE_FILE, "The file is empty.", "Check it is the right file.")]
        problems = list(_node_problems(node, ""))
        if problems:
            return None, problems
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else WHOLE_FILE
        found = " ".join((error.problem or error.context or "it cannot be read").split())
        remedy = "Check the indentation, the colons and the quotes on this line and the one above."
        return None, [Problem(where, f"This is not valid YAML: {found}.", remedy)]
    except yaml.YAMLError:
        remedy = "Remove invisible or control characters; save it as plain UTF-8 text."
        return None, [Problem(WHOLE_FILE, "It holds a character YAML does not allow.", remedy)]
    except ValueError as error:
        return None, [
            Problem(WHOLE_FILE, f"A number cannot be read ({error}).", "Put quotes around it.")
        ]
    return data, list(_character_problems(data, ""))


def _event_problems(text: str) -> list[Problem]:
    """Refuse aliases (small files can unfold into huge ones), tags and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark, tag = event.start_mark, getattr(event, "tag", None)
        where = f"line {mark.line + 1}" if mark else WHOLE_FILE
        if isinstance(event, yaml.AliasEvent):
            return [
                Problem(where, f"“*{event.anchor}” is an alias.", "Write the text out in full.")
            ]
        if tag:
            return [Problem(where, f"“{tag}” is a tag.", "Remove it; plain text is enough.")]
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            return [Problem(where, "Lists are nested too deeply.", "Check the brackets here.")]
    return []


def _node_problems(node: yaml.Node, path: str) -> Iterator[Problem]:
    """Yield repeated keys and keys that YAML would not read as text."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _node_problems(item, join_path(path, index))
    elif isinstance(node, yaml.MappingNode):
        first_lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not key.tag.endswith(":str"):
                shown = f"“{key.value}”" if isinstance(key, yaml.ScalarNode) else "This"
                yield Problem(
                    path or WHOLE_FILE,
                    f"{shown} on line {line} is used as a name but is not read as text.",
                    "Use a word, or put quotes around it.",
                )
                continue
            where = join_path(path, key.value)
            if key.value in first_lines:
                yield Problem(
                    where,
                    f"It is given twice, on lines {first_lines[key.value]} and {line}.",
                    "Keep one of the two.",
                )
            first_lines.setdefault(key.value, line)
            yield from _node_problems(value, where)


def _character_problems(value: Any, path: str) -> Iterator[Problem]:
    """Yield text with characters that cannot be stored or sent (controls, lone surrogates)."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _character_problems(key, path)
            yield from _character_problems(item, join_path(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _character_problems(item, join_path(path, index))
    elif isinstance(value, str):
        for character in value:
            if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs"):
                code = f"U+{ord(character):04X}"
                message = f"The text holds an invisible control character ({code})."
                yield Problem(path or WHOLE_FILE, message, "Delete it and type the text again.")
                return
