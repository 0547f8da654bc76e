"""What the apps add to every page of a cohort (settings.COHORT_TABS) and to its settings
(settings.COHORT_FORMS).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from accelerator.models import Cohort
from accelerator.programme.cohorts.rules import DATES

OWN_FIELDS = ("name", "aims", *DATES, "smallest_group", "safeguarding_contact")


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


def own_tabs(_cohort: Cohort) -> list[Tab]:
    return [Tab("cohort_people", "People"), Tab("cohort_edit", "Settings")]


@dataclass(frozen=True)
class Section:
    """The part of a cohort's settings that another app keeps.

    `form` and `stands` take the cohort, None for one that is to be made: a form whose fields have
    names of their own among all sections, and what is kept in them now, by these names. `save`
    takes `actor`, `cohort` and the fields.
    """

    title: str
    form: Callable[[Cohort | None], forms.BaseForm]
    stands: Callable[[Cohort | None], dict[str, Any]]
    save: Callable[..., None]


def sections() -> list[Section]:
    return [import_string(path)() for path in settings.COHORT_FORMS]


def standing(cohort: Cohort) -> dict[str, Any]:
    """A cohort's settings by the fields of its form: its own, and those that other apps keep."""
    found = {name: getattr(cohort, name) for name in OWN_FIELDS}
    found["institutions"] = frozenset(cohort.institutions.values_list("pk", flat=True))
    for section in sections():
        found |= section.stands(cohort)
    return found
