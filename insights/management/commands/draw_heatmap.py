import textwrap
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from accelerator.core.palette import colours
from assessments.models import Assessment
from assessments.rating.queries import Cell, Grid, grid_of

CELL, GAP, LEFT, TOP = (142, 84), 3, 190, 20
DESCRIPTION = "Synthetic demonstration data. Each cell shows a level by colour, word and bars."


class Command(BaseCommand):
    help = "Draw the heat-map of the demonstration as an SVG picture (docs/heat-map.svg)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("output", type=Path, metavar="FILE.svg")

    def handle(self, *, output: Path, **options) -> None:
        assessment = (
            Assessment.objects.filter(enrolment__cohort__is_synthetic=True).order_by("pk").first()
        )
        if assessment is None:
            raise CommandError("There is no demonstration yet: run manage.py load_demo first.")
        grid = grid_of(assessment, assessment.ratings.by_criterion())
        output.write_text(render_to_string("assessments/heatmap.svg", picture(grid)))
        self.stdout.write(f"{output} is drawn.")


def picture(grid: Grid) -> dict:
    """The drawing's numbers, in pixels, for `assessments/heatmap.svg`."""
    width, height = CELL
    bottom = TOP + len(grid.rows) * (height + GAP)
    return {
        "title": "A heat-map of the Confidence Framework",
        "description": DESCRIPTION,
        "width": LEFT + grid.width * (width + GAP) + 20,
        "height": bottom + 40,
        "foot_y": bottom + 24,
        "cell_width": width,
        "cell_height": height,
        "word_y": height - 10,
        "rows": [
            {
                "y": (top := TOP + number * (height + GAP)),
                "title": [
                    {"text": text, "y": top + height / 2 + 5 + 18 * line}
                    for line, text in enumerate(textwrap.wrap(row.pillar.title, 18))
                ],
                "cells": [
                    _cell(cell, LEFT + column * (width + GAP))
                    for column, cell in enumerate(row.cells)
                ],
            }
            for number, row in enumerate(grid.rows)
        ],
    }


def _cell(cell: Cell, x: int) -> dict:
    fill = f"l{cell.level.tone}" if cell.level else "white"
    ink = f"{fill}-ink" if cell.level else "black"
    bars = cell.level.bars if cell.level else ()
    return {
        "x": x,
        "level": cell.level is not None,
        "fill": colours()[fill],
        "ink": colours()[ink],
        "word": cell.word,
        "lines": [
            {"text": line, "y": 20 + 14 * number}
            for number, line in enumerate(textwrap.wrap(cell.label, 22)[:3])
        ],
        "bars": [
            {
                "x": CELL[0] - 10 - 6 * (len(bars) - number),
                "y": CELL[1] - 10 - (4 + 3 * number),
                "height": 4 + 3 * number,
                "opacity": 1 if on else 0.3,
            }
            for number, on in enumerate(bars)
        ],
    }
