"""The rounds of an enrolment's assessments: numbers from 1 without limit, and their names."""

import re

BASELINE = 1
# What addresses said before rounds were numbers; bookmarks still do.
WORDS = {"baseline": 1, "reassessment": 2}


def _again(round: int, word: str, joint: str) -> str:
    """`word` for round 2, and from round 3 on with how many times it has been done."""
    return word if round == 2 else f"{word}{joint}{round - 1}"


def label_of(round: int) -> str:
    """The round on screen: "Baseline", "Re-assessment", "Re-assessment 2" and so on."""
    return "Baseline" if round == BASELINE else _again(round, "Re-assessment", " ")


def slug_of(round: int) -> str:
    """The round in a file's name: "baseline", "reassessment", "reassessment-2" and so on."""
    return "baseline" if round == BASELINE else _again(round, "reassessment", "-")


def number_of(text: str) -> int | None:
    """The round that an address or a file names, by number or by word; None if it is none."""
    if re.fullmatch("[1-9][0-9]{0,4}", text):
        return int(text)
    return WORDS.get(text)
