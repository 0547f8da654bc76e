"""What every page of a cohort has: its tabs, which the apps add (settings.COHORT_TABS)."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from accelerator.models import Cohort


@dataclass(frozen=True)
class Tab:
    """A page of a cohort: the URL's name, which takes the slug, and how much waits there."""

    name: str
    label: str
    waiting: int = 0


def tabs(cohort: Cohort, current: str) -> list[dict]:
    """The cohort's pages in the order of settings.COHORT_TABS. `current` is a URL's name."""
    found = [tab for path in settings.COHORT_TABS for tab in import_string(path)(cohort)]
    return [
        {
            "label": f"{tab.label} ({tab.waiting})" if tab.waiting else tab.label,
            "url": reverse(tab.name, args=[cohort.slug]),
            "current": tab.name == current,
        }
        for tab in found
    ]
