"""Both coaches' grids beside one another, and what they see alike."""

from django.urls import reverse

from calibration.desk.queries.desk import Desk


def grids(desk: Desk) -> list[dict]:
    """Both main coaches' grids, small, with the cells that differ marked."""
    overall = all(pillar.criteria[0].is_overall for pillar in desk.framework.pillars)
    width = max(len(pillar.criteria) for pillar in desk.framework.pillars)
    headings = [str(number) for number in range(0 if overall else 1, width + (not overall))]
    if overall:
        headings[0] = "Overall"
    return [_grid(desk, number, headings) for number in range(min(2, len(desk.seats)))]


def _grid(desk: Desk, number: int, headings: list[str]) -> dict:
    rows = []
    for pillar in desk.framework.pillars:
        items = [desk.item(criterion.code) for criterion in pillar.criteria]
        cells = [
            {
                "label": item.criterion.label,
                "level": item.places[number].given.level,
                "differs": item.differs,
                "url": reverse(
                    "calibration:desk_criterion", args=[desk.calibration.pk, item.criterion.code]
                ),
            }
            for item in items
        ]
        rows.append({"pillar": pillar, "cells": cells})
    yours = desk.items[0].places[number].given.is_yours
    return {"name": desk.seats[number], "is_yours": yours, "headings": headings, "rows": rows}


def same_levels(desk: Desk) -> list[dict]:
    """The criteria on which all coaches agree, by pillar."""
    agreed = desk.agreements
    rows = [
        {
            "pillar": pillar,
            "agreed": [item for item in agreed if item.criterion.pillar_key == pillar.key],
        }
        for pillar in desk.framework.pillars
    ]
    return [row for row in rows if row["agreed"]]
