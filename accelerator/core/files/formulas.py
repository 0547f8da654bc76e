"""Formulas of spreadsheets that start a program (DDE) or fetch from elsewhere when calculated."""

import re

from accelerator.core.files.refusals import FileRefused

# Texts, and names of sheets, may hold any sign.
QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
FETCHING = re.compile(r"\b(?:WEBSERVICE|RTD|IMAGE)\s*\(", re.IGNORECASE)
OPEN_FETCHING = re.compile(r"\bWEBSERVICE\s*\(|'(?:file|https?|ftp|smb):", re.IGNORECASE)
OPEN_PROGRAM = re.compile(r"\bDDE\s*\(", re.IGNORECASE)
# The beginning of a cell: =cmd|'/c calc'!A1. A tab begins one, so no run of tabs is read twice.
CSV_PROGRAM = re.compile(r"(?:^|[,;\t\"'])[^\S\t]*[=+@-][\w.\s(]*\w\|[^|]*!", re.MULTILINE)


def refuse(formula: str) -> None:
    """Refuse a formula of Excel. Raises FileRefused "commands" or "linked-content"."""
    bare = QUOTED.sub("", formula)
    if "|" in bare:
        raise FileRefused("commands")
    if FETCHING.search(bare):
        raise FileRefused("linked-content", what="data")


def refuse_open(formula: str) -> None:
    """Refuse a formula of OpenDocument, as `refuse` does."""
    if OPEN_PROGRAM.search(formula):
        raise FileRefused("commands")
    if OPEN_FETCHING.search(formula):
        raise FileRefused("linked-content", what="data")


def refuse_csv(text: str) -> None:
    """Refuse a line of a CSV file with a cell that Excel takes for a command."""
    if "|" in text and CSV_PROGRAM.search(text):
        raise FileRefused("commands")
