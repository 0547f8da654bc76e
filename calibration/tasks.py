"""Every task of the app, where Celery looks for them."""

from calibration.desk.tasks import look_for_stale
from calibration.releasing.tasks import result_report

__all__ = ["look_for_stale", "result_report"]
