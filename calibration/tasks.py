"""Every task of the app, where Celery looks for them."""

from calibration.releasing.tasks import result_report

__all__ = ["result_report"]
