"""Pictures of the levels for PDF reports, the edge stripe with the bars beside it; and prose.

The pictures are small PNG files, because WeasyPrint draws an SVG afresh in each place and puts a
PNG into the file once. Each stands on its level's own fill, without transparency, which would be
stored as a second picture.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote

from django import template
from django.template.defaultfilters import linebreaks_filter
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from PIL import Image, ImageDraw

from accelerator.core.palette import colours

register = template.Library()

PIXELS = 9  # a millimetre
FINER = 4  # drawn this much larger, then made smaller, for smooth edges
STRIPE, SPACE, EDGE = 2.4, 0.9, 1.1  # millimetres, as all that follows: a stripe and what is beside
KINDS = {"v": 40, "c": 3.6}  # a stripe's height in a square, which may cut it, and in a mark
BAR, GAP, FIRST, STEP, HIGHEST = 1.15, 0.45, 1.2, 0.7, 4.0
FILLS, INKS, FAINT = (
    tuple(colours()[f"l{tone}{part}"] for tone in range(4)) for part in ("", "-ink", "-faint")
)
WHITE, HATCH = colours()["white"], colours()["hatch-line"]
NOT_RATED = "nr"


class Level(Protocol):
    value: int
    tone: int
    bars: Sequence[bool]


@register.simple_tag
def level_marks(levels: Sequence[Level]) -> SafeString:
    """The CSS rules that give each level its picture, stripe and bars side by side.

    `.v<value>` is tall, for a square, and `.c<value>` low, for a mark in a line; `.vnr` and
    `.cnr` stand for not rated. Words beside a picture keep clear of it.
    """
    return mark_safe(_rules(tuple((x.value, x.tone, tuple(x.bars)) for x in levels)))  # noqa: S308


@register.filter
def prose(text: str) -> SafeString:
    """`linebreaks`, but a single line has no box of its own, which would have its price."""
    alone = len(text.strip().splitlines()) < 2
    return conditional_escape(text) if alone else linebreaks_filter(text)


@lru_cache(maxsize=32)
def _rules(levels: tuple[tuple[int, int, tuple[bool, ...]], ...]) -> str:
    pictures = {f"{kind}{NOT_RATED}": _stripe(NOT_RATED, height) for kind, height in KINDS.items()}
    for value, tone, bars in levels:
        for kind, height in KINDS.items():
            pictures[f"{kind}{value}"] = _beside(_stripe(tone, height), _bars(tone, bars))
    clear = max(picture.width for picture in pictures.values()) / PIXELS + 1.5 * SPACE
    rules = [
        f".square:not(.unrated) b{{padding-left:{clear:.2f}mm}}",
        f".mark:not(.unrated){{padding-left:{clear + EDGE:.2f}mm}}",
    ]
    rules += [
        f'.{name}{{background-image:url("{_address(picture)}"),none;'
        f"background-size:{picture.width / PIXELS:.3f}mm {picture.height / PIXELS:.3f}mm,auto}}"
        for name, picture in pictures.items()
    ]
    return "".join([*rules, f'.front .kicker{{background-image:url("{_emblem()}")}}'])


def _emblem() -> str:
    """The address of the small picture before the name: a square of each level's colour."""
    squares = "".join(
        f"<rect x='{14 * (tone % 2)}' y='{14 * (tone // 2)}' width='12' height='12' rx='3' "
        f"fill='{fill}'/>"
        for tone, fill in enumerate(FILLS)
    )
    size = "width='26' height='26' viewBox='0 0 26 26'"
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{squares}</svg>"
    return f"data:image/svg+xml,{quote(drawing)}"


def _stripe(tone: int | str, height: float) -> Image.Image:
    """The edge of a level: plain, dots, diagonals or solid; a thin hatch for not rated."""
    unit = PIXELS * FINER
    width, length = round(STRIPE * unit), round(height * unit)
    fill, ink = (WHITE, HATCH) if isinstance(tone, str) else (FILLS[tone], INKS[tone])
    picture = Image.new("RGB", (width, length), fill)
    draw = ImageDraw.Draw(picture)
    half = width / 2
    rows = range(-2, round(length / half) + 3)
    if tone == 1:
        for row in rows:
            x, y = half * (0.5 + row % 2), half * (0.5 + row)
            size = half * 0.4
            draw.ellipse((x - size, y - size, x + size, y + size), fill=ink)
    elif tone == 2:
        for row in rows[::2]:
            draw.line(
                (-half, (row + 1) * half, 3 * half, (row - 3) * half), ink, round(half * 0.55)
            )
    elif tone == 3:
        draw.rectangle((0, 0, width, length), ink)
    elif tone == NOT_RATED:
        for row in rows[::2]:
            draw.line(
                (-half, (row - 3) * half, 3 * half, (row + 1) * half), ink, round(half * 0.25)
            )
    return _smaller(picture)


def _bars(tone: int, bars: Sequence[bool]) -> Image.Image:
    unit = PIXELS * FINER
    heights = [min(FIRST + STEP * place, HIGHEST) for place in range(len(bars))]
    width = len(bars) * (BAR + GAP) - GAP
    picture = Image.new("RGB", (_whole(width) * FINER, _whole(heights[-1]) * FINER), FILLS[tone])
    draw = ImageDraw.Draw(picture)
    for place, (on, height) in enumerate(zip(bars, heights, strict=True)):
        left = place * (BAR + GAP) * unit
        draw.rounded_rectangle(
            (left, picture.height - height * unit, left + BAR * unit, picture.height - 1),
            radius=0.2 * unit,
            fill=INKS[tone] if on else FAINT[tone],
        )
    return _smaller(picture)


def _beside(left: Image.Image, right: Image.Image) -> Image.Image:
    space = _whole(SPACE)
    height = max(left.height, right.height)
    picture = Image.new("RGB", (left.width + space + right.width, height), right.getpixel((0, 0)))
    picture.paste(left, (0, height - left.height))
    picture.paste(right, (left.width + space, height - right.height))
    return picture


def _whole(millimetres: float) -> int:
    return round(millimetres * PIXELS)


def _smaller(picture: Image.Image) -> Image.Image:
    return picture.reduce(FINER)


def _address(picture: Image.Image) -> str:
    data = io.BytesIO()
    picture.save(data, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
