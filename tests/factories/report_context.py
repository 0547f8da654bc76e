"""A synthetic context for the heat-map report, built without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from assessments.scoring import RATED

LEVELS = (
    ("none", "Low or no confidence", "Low or no"),
    ("little", "Little confidence", "Little"),
    ("moderate", "Moderate confidence", "Moderate"),
    ("high", "High confidence", "High"),
)
PILLARS = (
    ("design", "Design", "The opportunity is thought through before it starts."),
    ("deliver", "Deliver", "It happens as planned, with the right people."),
    ("monitor", "Monitor", "What happens is noticed, and used."),
    ("benefit", "Determine double benefit", "Young people and communities are better for it."),
    ("sustain", "Sustain", "It can carry on, and others could do it too."),
)
LABELS = (
    (
        "The opportunity is logical and clearly articulated",
        "Target populations are defined",
        "Core structure and activities are clearly defined",
        "Supporting materials have been created",
        "Outcomes are clearly defined and measurable",
        "Supported by a Theory of Change",
    ),
    (
        "Effectively and properly delivered",
        "Implementation is monitored",
        "Delivery targets are set, and monitored",
        "Recruits the right staff",
        "Supports and develops staff",
        "Key stakeholders are known and engaged",
    ),
    (
        "Evidence is used to learn and adapt",
        "Outcomes are monitored, and acted upon",
        "Enrolment is monitored, and acted upon",
        "Attendance and attrition is monitored",
        "Young people are involved in shaping it",
        "Learning is shared across the organisation",
    ),
    (
        "There is confidence that outcomes have improved",
        "Underpinned by research evidence",
        "Evidence generated in other sites",
        "Able to analyse and communicate its data",
        "Evidence generated in the present site",
        "Evidence of wider positive double benefit",
    ),
    (
        "Provides value for money and is sustainable",
        "Young people value and are satisfied with it",
        "Evidence it is value for money",
        "A compelling business case for replicating",
        "Fully integrated into core business",
        "Delivery is sustainable",
    ),
)
VALUES: tuple[tuple[int | None, ...], ...] = (
    (2, 3, 2, 3, 1, 1),
    (2, 1, 2, 2, 2, 3),
    (1, 0, 1, 0, 3, 1),
    (0, 0, None, 1, 0, 0),
    (1, 2, 0, None, 1, 1),
)
REASONS = (
    (
        "We agreed this as a team in September. The programme handbook sets it out and every "
        "new volunteer leader is taken through it in their first week."
    ),
    (
        "Two of our three sites do this well. The third began in the spring and is still "
        "working from an older plan, so we have rated ourselves on what is true everywhere."
    ),
    (
        "We know this in practice but have written little down.\n\nThe youth board has asked for "
        "a short guide, and we have set time aside in January to write it with them."
    ),
)
EVIDENCE = (
    ("Programme handbook 2026", "file", "Section 2, pages 4 to 9", "shows it exists", "1.4 MB"),
    ("Notes of the youth board, June", "file", "Item 3", "shows it is used", "86 KB"),
    ("Enrolment dashboard", "link", "", "shows it is used", ""),
    ("How we choose partner schools", "note", "", "", ""),
)


def make_level(value: int, count: int = 4) -> SimpleNamespace:
    """One level of a scale of `count` levels (3 or 4), `value` from 0."""
    tone = value if count == 4 else round(value * 3 / (count - 1))
    key, name, short = LEVELS[tone]
    return SimpleNamespace(
        value=value,
        key=key,
        name=name,
        short=short,
        tone=tone,
        bars=[bar <= value for bar in range(count)],
    )


def make_cell(
    pillar: str, position: int, label: str, value: int | None, count: int = 4
) -> SimpleNamespace:
    """A cell of the grid; position 0 is the pillar's overall statement."""
    return SimpleNamespace(
        code=f"{pillar}.{position or 'overall'}",
        label=label,
        statement=f"{label}, and everyone who takes part can say how.",
        level=None if value is None else make_level(value, count),
        cannot_rate=value is None,
        word="Cannot be rated" if value is None else make_level(value, count).short,
        url="",
        evidence_count=0,
        needs_attention=False,
        attention="",
        is_overall=position == 0,
    )


def counted(cells: list[SimpleNamespace]) -> str:
    rated = sum(cell.level is not None for cell in cells)
    return RATED.count(rated, len(cells) - rated, len(cells))


def make_detail(cell: SimpleNamespace, number: int) -> dict[str, Any]:
    """A row of a pillar page for `cell`; `number` varies the words."""
    unrated = cell.level is None
    kept = 0 if unrated else number % 4
    return {
        "cell": cell,
        "justification": "" if unrated else REASONS[number % len(REASONS)],
        "cannot_rate_reason": "We have only one site, so there is nothing to compare yet."
        if unrated
        else "",
        "evidence_state_label": "Evidence attached" if kept else "Evidence still to come",
        "practice_label": "In use across the programme" if kept > 1 else "",
        "evidence": [
            dict(zip(("title", "kind", "part", "practice_label", "size_label"), item, strict=True))
            for item in EVIDENCE[:kept]
        ],
    }


def report_context(
    *,
    values: tuple[tuple[int | None, ...], ...] = VALUES,
    level_count: int = 4,
    synthetic: bool = True,
) -> dict[str, Any]:
    """The context of `assessments/pdf/heatmap_report.html`.

    `values` has one row per pillar and one level value (or None) per criterion; rows may
    differ in length.
    """
    rows, sections = [], []
    for index, row_values in enumerate(values):
        key, title, summary = PILLARS[index % len(PILLARS)]
        if index >= len(PILLARS):
            key, title = f"{key}{index}", f"{title} {index + 1}"
        pillar = SimpleNamespace(key=key, title=title, summary=summary)
        labels = LABELS[index % len(LABELS)]
        cells = [
            make_cell(key, position, labels[position % len(labels)], value, level_count)
            for position, value in enumerate(row_values)
        ]
        rows.append(
            SimpleNamespace(pillar=pillar, count=counted(cells), total=len(cells), cells=cells)
        )
        details = [make_detail(cell, index + place) for place, cell in enumerate(cells)]
        sections.append(
            {
                "pillar": {"title": title, "summary": summary, "key": key},
                "rows": details,
                "with_evidence": sum(bool(detail["evidence"]) for detail in details),
            }
        )
    grid = SimpleNamespace(
        caption="Confidence by pillar and criterion",
        rows=rows,
        levels=[make_level(value, level_count) for value in range(level_count)],
        count=counted([cell for row in rows for cell in row.cells]),
        total=sum(row.total for row in rows),
        width=max(len(row.cells) for row in rows),
    )
    enrolment = SimpleNamespace(
        organisation=SimpleNamespace(name="Riverbank Young Volunteers"),
        programme=SimpleNamespace(name="Neighbourhood Makers, ages 10 to 16"),
        cohort=SimpleNamespace(name="Demonstration cohort, autumn 2026"),
    )
    assessment = SimpleNamespace(
        enrolment=enrolment,
        round_label="First assessment",
        is_submitted=True,
        submitted_at=datetime(2026, 11, 14, 16, 5, tzinfo=UTC),
        submitted_by=SimpleNamespace(name="Amina Okafor"),
        framework=SimpleNamespace(title="Confidence Framework", version="2.0"),
    )
    return {
        "assessment": assessment,
        "grid": grid,
        "pillars": sections,
        "made_by": "Amina Okafor",
        "made_at": datetime(2026, 11, 21, 10, 14, tzinfo=UTC),
        "basis_line": "It shows the organisation’s own ratings, as submitted.",
        "synthetic": synthetic,
        "title": "Confidence heat-map: Riverbank Young Volunteers",
        "framework_attribution": (
            "Confidence Framework developed by the Dartington Service Design Lab; "
            "used in the Impact Accelerator of the #iwill Fund Learning Hub."
        ),
        "status_line": "Self-assessment, submitted 14 November 2026",
    }
