"""What a file of practice cases must satisfy once it has been read."""

import re
from collections.abc import Iterable

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


def problems_of(data: dict) -> list[str]:
    """What is wrong with the file's own content, one line for each problem."""
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
    return problems


def strangers(
    cases: Iterable[dict[str, str]], framework: str, *, criteria: set[str], levels: set[str]
) -> list[str]:
    """Where a case names a criterion or a level that the framework does not have."""
    problems = []
    for number, case in enumerate(cases, start=1):
        if case["criterion"] not in criteria:
            problems.append(f"case {number}, criterion: {framework} has no {case['criterion']}")
        problems += [
            f"case {number}, {key}: {case[key]} is not one of {', '.join(sorted(levels))}"
            for key in ("self_level", "settled_level")
            if case[key] not in levels
        ]
    return problems


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
