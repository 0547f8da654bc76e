"""What a framework must satisfy once its file has been read: its shape and cross-references.

Pure functions over the data of `source.read_framework`; no database, no Django.
"""

import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMA_PATH = Path(__file__).with_name("framework.schema.json")
WHOLE_FILE = "the file"

_KINDS = {
    dict: "a set of named fields",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "empty",
}
_SCHEMA_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}
_TYPE_REMEDIES = {
    dict: "Put each field on its own line: its name, a colon, then its value.",
    list: "Put each item on its own line after a dash.",
    bool: "Write true or false, without quotes.",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (`pillars[2].criteria[0].label`), what, and what to do."""

    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} {self.remedy}"


def join_path(path: str, step: str | int) -> str:
    """Return `path` with one more step: `pillars` and 2 give `pillars[2]`."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


def schema_problems(data: Any) -> list[Problem]:
    """Return where `data` departs from `framework.schema.json`, in file order; [] if nowhere."""

    def position(error: ValidationError) -> list[int]:
        at: Any = data
        positions: list[int] = []
        for step in error.absolute_path:
            positions.append(list(at).index(step) if isinstance(at, dict) else int(step))
            at = at[step]
        return positions

    problems: list[Problem] = []
    for error in sorted(_validator().iter_errors(data), key=position):
        problems += [problem for problem in _explain(error) if problem not in problems]
    return problems


def semantic_problems(data: dict[str, Any]) -> list[Problem]:
    """Return what no schema can say about `data` (of valid shape): keys, codes, references."""
    return [
        *_repeated(((f"levels[{i}].key", v["key"]) for i, v in enumerate(data["levels"]))),
        *_repeated(((f"levels[{i}].name", v["name"]) for i, v in enumerate(data["levels"]))),
        *_repeated(((f"glossary[{i}].term", v["term"]) for i, v in enumerate(data["glossary"]))),
        *_repeated(((f"pillars[{i}].key", v["key"]) for i, v in enumerate(data["pillars"]))),
        *_repeated(((f"{path}.code", item["code"]) for path, _, item in _criteria(data))),
        *_criterion_problems(data),
        *_counted_problems(data),
    ]


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def _explain(error: ValidationError) -> Iterator[Problem]:
    """Yield a schema error in plain words, one problem for each field it is about."""
    path = ""
    for step in error.absolute_path:
        path = join_path(path, step)
    # Only an error that somebody makes by hand leaves them unset.
    value: Any = error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    here = path or WHOLE_FILE
    if error.validator in ("required", "additionalProperties"):
        yield from _explain_fields(error, path)
    elif error.validator == "type":
        wanted = _SCHEMA_TYPES[limit]
        message = f"It should be {_KINDS[wanted]} but is {_KINDS[type(value)]}."
        yield Problem(here, message, _type_remedy(wanted, value))
    elif error.validator == "pattern" and not value.strip():
        yield Problem(here, "It is blank.", "Write the text.")
    elif error.validator == "pattern":
        message = f"“{value[:40]}” is not in the right form."
        yield Problem(here, message, f"Use {schema['description']}.")
    elif error.validator == "maxLength":
        message = f"It has {len(value)} characters; the most is {limit}."
        yield Problem(here, message, "Shorten it.")
    elif error.validator in ("minItems", "minProperties"):
        message = f"It has {len(value)} of the {limit} or more entries it needs."
        yield Problem(here, message, "Add what is missing.")
    else:
        yield Problem(here, f"{error.message}.", f"Compare it with {SCHEMA_PATH.name}.")


def _explain_fields(error: ValidationError, path: str) -> Iterator[Problem]:
    schema: Any = error.schema
    given: Any = error.instance
    wanted: Any = error.validator_value
    known = schema["properties"]
    if error.validator == "required":
        for key in wanted:
            if key not in given:
                yield Problem(join_path(path, key), "It is missing.", f"Add “{key}” here.")
    else:
        for key in given:
            if key not in known:
                remedy = "Remove it, or correct its spelling." + _did_you_mean(key, known)
                yield Problem(join_path(path, key), "There is no such field.", remedy)


def _type_remedy(wanted: type, value: Any) -> str:
    if value is None:
        return "Fill it in."
    if wanted is str and isinstance(value, bool | int | float):
        return "Put quotes around it."
    return _TYPE_REMEDIES.get(wanted, "Write it as text.")


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean “{close[0]}”?" if close else ""


def _criteria(data: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (path, the pillar's key, criterion) for every criterion."""
    for i, pillar in enumerate(data["pillars"]):
        for j, criterion in enumerate(pillar["criteria"]):
            yield f"pillars[{i}].criteria[{j}]", pillar["key"], criterion


def _repeated(values: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Yield a problem for each (path, value) whose value came before, whatever its case."""
    first_paths: dict[str, str] = {}
    for path, value in values:
        first = first_paths.setdefault(value.casefold(), path)
        if first != path:
            yield Problem(path, f"“{value}” is already used at {first}.", "Give each one its own.")


def _criterion_problems(data: dict[str, Any]) -> Iterator[Problem]:
    codes = [criterion["code"] for _, _, criterion in _criteria(data)]
    terms = [entry["term"] for entry in data["glossary"]]
    levels = [level["key"] for level in data["levels"]]
    for path, pillar, criterion in _criteria(data):
        code = criterion["code"]
        if not code.startswith(f"{pillar}."):
            yield Problem(
                f"{path}.code",
                f"“{code}” does not start with the key of its pillar.",
                f"Start it with “{pillar}.”.",
            )
        yield from _level_problems(f"{path}.levels", criterion["levels"], levels)
        yield from _reference_problems(f"{path}.related", criterion["related"], codes, "criterion")
        yield from _reference_problems(f"{path}.glossary", criterion["glossary"], terms, "term")
        if code in criterion["related"]:
            where = f"{path}.related[{criterion['related'].index(code)}]"
            yield Problem(where, f"“{code}” is related to itself.", "Remove it.")


def _level_problems(path: str, given: dict[str, str], declared: list[str]) -> Iterator[Problem]:
    for key in declared:
        if key not in given:
            yield Problem(f"{path}.{key}", "It is missing.", f"Describe the level “{key}” here.")
    for key in given:
        if key not in declared:
            remedy = f"Use only: {', '.join(declared)}.{_did_you_mean(key, declared)}"
            yield Problem(f"{path}.{key}", "There is no such level.", remedy)


def _reference_problems(
    path: str, given: list[str], known: list[str], kind: str
) -> Iterator[Problem]:
    for index, name in enumerate(given):
        where = f"{path}[{index}]"
        if name not in known:
            remedy = "Remove it, or correct its spelling." + _did_you_mean(name, known)
            yield Problem(where, f"There is no {kind} “{name}” in this file.", remedy)
        elif name in given[:index]:
            yield Problem(where, f"“{name}” is listed twice.", "Keep one of the two.")


def _counted_problems(data: dict[str, Any]) -> Iterator[Problem]:
    if not any(criterion["counted"] for _, _, criterion in _criteria(data)):
        yield Problem(
            "pillars",
            "No criterion is counted, so there would be no figures.",
            "Set “counted: true” on at least one criterion.",
        )
