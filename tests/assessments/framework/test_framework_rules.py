"""What a framework's content must satisfy, and how precisely a fault is explained."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assessments.framework.rules import SCHEMA_PATH, Problem, schema_problems, semantic_problems

Change = Callable[[dict[str, Any]], Any]


def criterion(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "counted": True,
        "statement": "Registers are kept",
        "label": "Registers are kept",
        "explainer": "This asks if you keep registers.",
        "evidence_guidance": "Show one for a whole term.",
        "typical_evidence": ["A register"],
        "first_step": "Find last week register.",
        "related": [],
        "glossary": [],
        "levels": {"low": "We do not keep them yet.", "high": "We keep them for every group."},
    } | changes


@pytest.fixture
def small() -> dict[str, Any]:
    """The smallest useful framework: two levels, two pillars, three criteria."""
    return {
        "framework": {
            "key": "small",
            "version": "1.0",
            "title": "Small",
            "description": "A small one.",
            "attribution": "Ours.",
        },
        "levels": [
            {"key": "low", "name": "Low", "short": "Low", "meaning": "Not yet."},
            {"key": "high", "name": "High", "short": "High", "meaning": "In place."},
        ],
        "glossary": [{"term": "register", "meaning": "A list of who came."}],
        "pillars": [
            {
                "key": "run",
                "title": "Run",
                "summary": "Does it run?",
                "criteria": [
                    criterion("run.overall", counted=False),
                    criterion("run.1", related=["look.1"], glossary=["register"]),
                ],
            },
            {
                "key": "look",
                "title": "Look",
                "summary": "Do you look?",
                "criteria": [criterion("look.1", related=["run.1"])],
            },
        ],
    }


def problems_of(data: dict[str, Any]) -> list[Problem]:
    return schema_problems(data) or semantic_problems(data)


def test_a_good_framework_has_no_problems(small):
    assert problems_of(small) == []


def test_the_schema_itself_is_valid():
    Draft202012Validator.check_schema(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def set_at(*steps: str | int, to: Any) -> Change:
    def change(data: dict[str, Any]) -> None:
        for step in steps[:-1]:
            data = data[step]
        data[steps[-1]] = to

    return change


def drop(*steps: str | int) -> Change:
    def change(data: dict[str, Any]) -> None:
        for step in steps[:-1]:
            data = data[step]
        del data[steps[-1]]

    return change


FIRST = ("pillars", 0, "criteria", 0)
SECOND = ("pillars", 0, "criteria", 1)
AT_FIRST, AT_SECOND = "pillars[0].criteria[0]", "pillars[0].criteria[1]"


@pytest.mark.parametrize(
    ("change", "path", "message", "remedy"),
    [
        (drop("levels"), "levels", "missing", "Add “levels”"),
        (drop("framework", "attribution"), "framework.attribution", "missing", "attribution"),
        (drop(*FIRST, "first_step"), f"{AT_FIRST}.first_step", "missing", "first_step"),
        (
            set_at(*FIRST, "explainr", to="x"),
            f"{AT_FIRST}.explainr",
            "no such field",
            "Did you mean “explainer”?",
        ),
        (set_at("extra", to=1), "extra", "no such field", "Remove it"),
        (
            set_at("framework", "version", to=2.0),
            "framework.version",
            "should be text but is a number",
            "quotes",
        ),
        (
            set_at("framework", "version", to="two"),
            "framework.version",
            "“two” is not in the right form",
            "2.0",
        ),
        (
            set_at("framework", "version", to="2.0\n"),
            "framework.version",
            "not in the right form",
            "2.0",
        ),
        (
            set_at("framework", "key", to="My Key"),
            "framework.key",
            "not in the right form",
            "small letters",
        ),
        (
            set_at(*FIRST, "counted", to="yes"),
            f"{AT_FIRST}.counted",
            "should be true or false but is text",
            "without quotes",
        ),
        (
            set_at(*FIRST, "explainer", to=None),
            f"{AT_FIRST}.explainer",
            "should be text but is empty",
            "Fill it in",
        ),
        (set_at(*FIRST, "explainer", to="  "), f"{AT_FIRST}.explainer", "blank", "Write"),
        (
            set_at(*FIRST, "related", to="run.1"),
            f"{AT_FIRST}.related",
            "should be a list but is text",
            "after a dash",
        ),
        (
            set_at(*FIRST, "levels", to=["a", "b"]),
            f"{AT_FIRST}.levels",
            "should be a set of named fields but is a list",
            "colon",
        ),
        (
            set_at(*FIRST, "levels", "high", to=3),
            f"{AT_FIRST}.levels.high",
            "should be text but is a number",
            "quotes",
        ),
        (
            set_at(*FIRST, "label", to="x" * 49),
            f"{AT_FIRST}.label",
            "49 characters; the most is 48",
            "Shorten",
        ),
        (set_at(*FIRST, "typical_evidence", to=[]), f"{AT_FIRST}.typical_evidence", "0 of", "Add"),
        (set_at("levels", to=[]), "levels", "0 of the 2 or more", "Add"),
        (drop("levels", 1), "levels", "1 of the 2 or more", "Add"),
        (set_at("pillars", to=[]), "pillars", "0 of the 1 or more", "Add"),
        (set_at("pillars", 0, "criteria", to=[]), "pillars[0].criteria", "0 of the 1", "Add"),
        (set_at(*FIRST, "code", to="RUN.1"), f"{AT_FIRST}.code", "not in the right form", "dot"),
        (
            set_at(*SECOND, "code", to="run.overall"),
            f"{AT_SECOND}.code",
            f"already used at {AT_FIRST}.code",
            "own",
        ),
        (
            set_at(*FIRST, "code", to="look.9"),
            f"{AT_FIRST}.code",
            "does not start with the key of its pillar",
            "“run.”",
        ),
        (
            set_at("levels", 1, "key", to="low"),
            "levels[1].key",
            "already used at levels[0].key",
            "own",
        ),
        (
            set_at("levels", 1, "name", to="LOW"),
            "levels[1].name",
            "already used at levels[0].name",
            "own",
        ),
        (
            set_at("pillars", 1, "key", to="run"),
            "pillars[1].key",
            "already used at pillars[0].key",
            "own",
        ),
        (
            set_at("glossary", to=[{"term": t, "meaning": "x"} for t in ("register", "Register")]),
            "glossary[1].term",
            "already used at glossary[0].term",
            "own",
        ),
        (drop(*SECOND, "levels"), f"{AT_SECOND}.levels", "missing", "levels"),
        (
            set_at(*SECOND, "levels", to={"low": "We wait.", "hihg": "We act."}),
            f"{AT_SECOND}.levels.hihg",
            "no such level",
            "Did you mean “high”?",
        ),
        (
            set_at(*SECOND, "levels", to={"low": "We wait.", "hihg": "We act."}),
            f"{AT_SECOND}.levels.high",
            "missing",
            "Describe the level “high”",
        ),
        (
            set_at(*SECOND, "related", to=["look.1", "look.2"]),
            f"{AT_SECOND}.related[1]",
            "no criterion “look.2”",
            "Did you mean “look.1”?",
        ),
        (
            set_at(*SECOND, "related", to=["look.1", "look.1"]),
            f"{AT_SECOND}.related[1]",
            "listed twice",
            "Keep one",
        ),
        (
            set_at(*SECOND, "related", to=["look.1", "run.1"]),
            f"{AT_SECOND}.related[1]",
            "related to itself",
            "Remove",
        ),
        (
            set_at(*SECOND, "glossary", to=["registers"]),
            f"{AT_SECOND}.glossary[0]",
            "no term “registers”",
            "Did you mean “register”?",
        ),
    ],
)
def test_a_broken_file_is_explained_where_it_is_broken(small, change, path, message, remedy):
    change(small)
    found = {problem.path: problem for problem in problems_of(small)}
    assert path in found
    assert message in found[path].message
    assert remedy in found[path].remedy


def test_at_least_one_criterion_is_counted(small):
    for pillar in small["pillars"]:
        for item in pillar["criteria"]:
            item["counted"] = False
    (problem,) = problems_of(small)
    assert (problem.path, problem.remedy) == (
        "pillars",
        "Set “counted: true” on at least one criterion.",
    )


def test_problems_come_in_file_order_and_once_each(small):
    set_at(*SECOND, "label", to="")(small)
    drop(*FIRST, "label")(small)
    drop(*FIRST, "statement")(small)
    set_at("framework", "title", to=1)(small)
    assert [problem.path for problem in problems_of(small)] == [
        "framework.title",
        f"{AT_FIRST}.statement",
        f"{AT_FIRST}.label",
        f"{AT_SECOND}.label",
    ]
