"""What `manage.py check --deploy` says of this site's own settings."""

from typing import Any

from django.conf import settings
from django.core import checks


def uploads_are_scanned(**_given: Any) -> list[checks.CheckMessage]:
    """Evidence comes from strangers' computers, and coaches open it on theirs."""
    if settings.CLAMD_URL:
        return []
    return [
        checks.Warning(
            "CLAMD_URL is not set, so uploads are not scanned for viruses.",
            hint="Set CLAMD_URL, for example tcp://clamd:3310 (compose: --profile scan).",
            id="accelerator.W001",
        )
    ]
