"""The evidence beside one criterion, as its panel shows it."""

from accelerator.core import files
from assessments.framework.queries import catalogue
from assessments.models import Rating


def panel_of(rating: Rating) -> dict:
    """What `assessments/_evidence_panel.html` shows for a rating, beside its forms."""
    assessment = rating.assessment
    return {
        "assessment": assessment,
        "criterion": catalogue(assessment.framework_id).by_id[rating.criterion_id],
        "uses": list(rating.uses.select_related("evidence")),
        "accepted": files.accepted_label(),
        "accept_attribute": files.accept_attribute(),
        "max_size_label": f"{files.DEFAULT_LIMITS.max_bytes // 1024**2} MB",
        "results": [],
    }
