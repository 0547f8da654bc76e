"""Read a file of practice cases (YAML) and say precisely what is wrong with a broken one."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

MAX_BYTES = 1_000_000
TEXTS = (
    "slug",
    "criterion",
    "title",
    "self_level",
    "justification",
    "evidence",
    "settled_level",
    "rationale",
)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = {"slug": 50, "title": 150}


class PracticeFileError(Exception):
    """A file that cannot be used; `str()` gives one line for each problem."""


@dataclass(frozen=True)
class PracticeFile:
    """`framework` as "key@version"; `cases` are dictionaries of the keys in TEXTS, all text."""

    framework: str
    cases: list[dict[str, str]]


def read_practice(path: Path) -> PracticeFile:
    """The cases of the file at `path`, checked in themselves. Raises PracticeFileError."""
    data = _load(path)
    problems = []
    framework, cases = data.get("framework"), data.get("cases")
    if not isinstance(framework, str) or framework.count("@") != 1:
        problems.append("framework: write key@version, for example confidence-framework@2.0")
    if not isinstance(cases, list) or not cases:
        problems.append("cases: a list with at least one case is needed")
        cases = []
    problems += [f"{key}: not known here" for key in data.keys() - {"framework", "cases"}]
    seen: set[str] = set()
    for number, case in enumerate(cases, start=1):
        problems += _case_problems(number, case, seen)
    _stop_at(path, problems)
    return PracticeFile(
        str(framework), [{key: case[key].strip() for key in TEXTS} for case in cases]
    )


def check_against(path: Path, found: PracticeFile, *, criteria: set[str], levels: set[str]) -> None:
    """Whether every case names a criterion and levels of the framework. PracticeFileError."""
    problems = []
    for number, case in enumerate(found.cases, start=1):
        if case["criterion"] not in criteria:
            problems.append(
                f"case {number}, criterion: {found.framework} has no {case['criterion']}"
            )
        problems += [
            f"case {number}, {key}: {case[key]} is not one of {', '.join(sorted(levels))}"
            for key in ("self_level", "settled_level")
            if case[key] not in levels
        ]
    _stop_at(path, problems)


def _load(path: Path) -> dict:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PracticeFileError(f"{path.name}: larger than {MAX_BYTES} bytes")
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PracticeFileError(f"{path.name}: cannot be opened ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise PracticeFileError(f"{path.name}: is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise PracticeFileError(f"{path.name}: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise PracticeFileError(f"{path.name}: framework and cases are expected")
    return data


def _case_problems(number: int, case: object, seen: set[str]) -> list[str]:
    if not isinstance(case, dict):
        return [f"case {number}: {', '.join(TEXTS)} are expected"]
    problems = [f"case {number}, {key}: not known here" for key in case.keys() - set(TEXTS)]
    for key in TEXTS:
        value = case.get(key)
        if not isinstance(value, str) or not value.strip():
            problems.append(f"case {number}, {key}: text is needed")
        elif len(value.strip()) > LONGEST.get(key, 10_000):
            problems.append(f"case {number}, {key}: longer than {LONGEST.get(key, 10_000)}")
    slug = case.get("slug")
    if isinstance(slug, str) and slug.strip():
        if not SLUG.fullmatch(slug):
            problems.append(f"case {number}, slug: small letters, digits and hyphens only")
        if slug in seen:
            problems.append(f"case {number}, slug: {slug} is there twice")
        seen.add(slug)
    return problems


def _stop_at(path: Path, problems: list[str]) -> None:
    if problems:
        raise PracticeFileError("\n".join(f"{path.name}: {problem}" for problem in problems))
