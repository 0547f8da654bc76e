"""Production's settings, with the plain views beside the site's and no collected static files."""

import os

from accelerator.settings import *  # noqa: F403
from accelerator.settings import STORAGES

ROOT_URLCONF = "benchmarks.urls"
STATIC_ROOT = f"{os.environ['ACCELERATOR_VAR']}/static"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
