"""Every task of the app, where Celery looks for them."""

from accelerator.core.jobs.tasks import sweep, tidy
from accelerator.core.mail.tasks import send_mail

__all__ = ["send_mail", "sweep", "tidy"]
