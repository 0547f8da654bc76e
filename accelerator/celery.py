"""The Celery application; its settings are the CELERY_* names in settings.py."""

import os

from celery import Celery
from celery.signals import (
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")

app = Celery("accelerator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_kwargs) -> None:
    """Stop Celery from replacing the logging that settings.py configured."""


@worker_init.connect
def begin(**_kwargs) -> None:
    from django.conf import settings

    from accelerator.core import database, leftovers

    database.limit_waiting(**settings.WORKER_LIMITS)
    leftovers.remove_leftovers()


@worker_process_init.connect
def warm_up(**_kwargs) -> None:
    from accelerator.core import pdf

    pdf.warm_up()


@worker_process_shutdown.connect
def cool_down(**_kwargs) -> None:
    from accelerator.core import pdf

    pdf.cool_down()
