"""Every task of the app, where Celery looks for them."""

from accelerator.core.jobs.tasks import remove_orphans, sweep
from accelerator.core.mail.tasks import send_mail

__all__ = ["remove_orphans", "send_mail", "sweep"]
