"""Every task of the app, where Celery looks for them."""

from assessments.evidence.tasks import remove_orphans
from assessments.submission.tasks import heatmap_report

__all__ = ["heatmap_report", "remove_orphans"]
