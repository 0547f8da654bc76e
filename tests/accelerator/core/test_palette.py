"""Every colour is written once, in static/css/palette.css."""

import re
from pathlib import Path

from accelerator.core.palette import colours

ROOT = Path(__file__).resolve().parents[3]
PALETTE = ROOT / "static/css/palette.css"
COLOUR = re.compile(r"(?:#|%23)(?:[0-9a-f]{6}|[0-9a-f]{3})\b", re.IGNORECASE)
APPS = ("accelerator", "assessments", "calibration", "improvement", "insights")
PARTS = {
    "static": ("*.css", "*.js"),
    "templates": ("*.html", "*.svg"),
    **dict.fromkeys(APPS, ("*.py",)),
}


def test_no_colour_is_written_anywhere_else() -> None:
    found = {
        str(path.relative_to(ROOT)): numbers
        for part, endings in PARTS.items()
        for ending in endings
        for path in (ROOT / part).rglob(ending)
        if path != PALETTE and "vendor" not in path.parts
        if (numbers := COLOUR.findall(path.read_text()))
    }
    assert found == {}


def test_no_colour_is_written_as_three_numbers() -> None:
    triple = re.compile(r"rgba?\(\s*\d|--[\w-]+:\s*\d+,\s*\d+,\s*\d+\s*;")
    sheets = [path for path in (ROOT / "static/css").glob("*.css") if path != PALETTE]
    assert sheets
    assert {path.name for path in sheets if triple.search(path.read_text())} == set()


def test_pictures_keep_to_the_palette() -> None:
    """A picture's file cannot ask the palette, so its colours are compared with it."""
    found = {
        path.name: {number.lower() for number in COLOUR.findall(path.read_text())}
        for path in (ROOT / "static/img").glob("*.svg")
    }
    assert found["logo.svg"]
    known = set(colours().values())
    assert {name: numbers - known for name, numbers in found.items() if numbers - known} == {}


def test_every_colour_of_the_palette_is_read() -> None:
    sheet = PALETTE.read_text()
    assert len(colours()) == sheet.count("--") - sheet.count("var(--")
    assert all(re.fullmatch("#[0-9a-f]{6}", number) for number in colours().values())
    assert colours()["l3"] == colours()["navy"] == "#1d2a66"
    assert colours()["white"] == "#ffffff"


def test_every_name_that_a_sheet_asks_for_exists() -> None:
    sheets = [path.read_text() for path in (ROOT / "static/css").glob("*.css")]
    named = {name for sheet in sheets for name in re.findall(r"--([\w-]+):", sheet)}
    asked = {name for sheet in sheets for name in re.findall(r"var\(--([\w-]+)\)", sheet)}
    assert {name for name in asked - named if not name.startswith("bs-")} == set()
