"""What the heat-map report says, built from an assessment."""

from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone

from accelerator.models import User
from assessments.models import Assessment, Rating
from assessments.rating.queries import Cell, Grid

HEATMAP_REPORT = "assessments.heatmap_report"


def report_rows(grid: Grid, ratings: Mapping[int, Rating]) -> list[dict]:
    """The grid with every rating's words and evidence, pillar by pillar."""
    sections = []
    for row in grid.rows:
        details = [_detail(cell, ratings[cell.criterion.id]) for cell in row.cells]
        sections.append(
            {
                "pillar": row.pillar,
                "rows": details,
                "with_evidence": sum(bool(detail["evidence"]) for detail in details),
            }
        )
    return sections


def _detail(cell: Cell, rating: Rating) -> dict:
    return {
        "cell": cell,
        "justification": rating.justification,
        "cannot_rate_reason": rating.cannot_rate_reason,
        "evidence_state_label": rating.get_evidence_state_display()
        if rating.evidence_state
        else "",
        "practice_label": rating.get_practice_display() if rating.practice else "",
        "evidence": [
            {
                "title": use.evidence.title,
                "kind": use.evidence.get_kind_display(),
                "part": use.part,
                "practice_label": use.practice_label,
                "size_label": use.evidence.size_label,
            }
            for use in rating.uses.all()
        ],
    }


def report_context(
    assessment: Assessment, grid: Grid, ratings: Mapping[int, Rating], made_by: User
) -> dict:
    """The context of `assessments/pdf/heatmap_report.html`."""
    enrolment = assessment.enrolment
    if assessment.is_submitted:
        on = timezone.localtime(assessment.submitted_at)
        status = f"Self-assessment, submitted {on.day} {on:%B %Y}"
    else:
        status = "Self-assessment, not yet submitted"
    return {
        "assessment": assessment,
        "grid": grid,
        "pillars": report_rows(grid, ratings),
        "made_by": made_by.name,
        "made_at": timezone.localtime(),
        "basis_line": f"All {grid.total} criteria, as the organisation rated them.",
        "synthetic": settings.DEMO_MODE or enrolment.cohort.is_synthetic,
        "title": f"Heat-map: {enrolment.organisation}",
        "framework_attribution": assessment.framework.attribution,
        "status_line": status,
    }
