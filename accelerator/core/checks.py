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


def the_cache_is_its_own(**_given: Any) -> list[checks.CheckMessage]:
    """A full cache must not stop the queue, and the queue's Redis writes to a disk."""
    if settings.CACHE_URL != settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "CACHE_URL is not set, so the cache is in the queue's Redis.",
            hint="Set CACHE_URL to a Redis in memory only; until then no drawn page is kept.",
            id="accelerator.W002",
        )
    ]
