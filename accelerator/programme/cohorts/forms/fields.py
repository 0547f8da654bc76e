"""The fields of a cohort's settings, and how a setting is sent and said."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Model

from accelerator.models import Cohort, Institution

# What a field says of a choice that is not in its list.
REFUSALS = ("invalid_choice", "invalid_pk_value", "invalid_list")


class InstitutionsField(forms.ModelMultipleChoiceField):
    """Cleans to the ids. Each is shown with who coaches there."""

    def __init__(self) -> None:
        super().__init__(
            Institution.objects.order_by("name"),
            label="Whose coaches are asked?",
            help_text="Suggested pairs and lists hold the coaches of these institutions only. With "
            "none chosen, coaches of every institution may be asked. Who reviews already goes on. "
            "Administrators of the site add institutions.",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages=dict.fromkeys(REFUSALS, "Choose institutions from the list."),
        )
        self.coaches: Mapping[int, list[str]] = {}

    def label_from_instance(self, one: Model) -> str:
        names = self.coaches.get(one.pk)
        return f"{one}: {', '.join(names)}" if names else f"{one}: no coach yet"

    def clean(self, value: object) -> frozenset[int]:  # type: ignore[override]
        return frozenset(one.pk for one in super().clean(value))


def as_sent(value: Any) -> list[str]:
    """A setting as a form sends it."""
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, frozenset):
        return [str(pk) for pk in sorted(value)]
    if isinstance(value, Model):
        return [str(value.pk)]
    return [] if value is None else [str(value)]


def read_of(cohort: Cohort, stands: Mapping[str, Any]) -> str:
    sent = {name: as_sent(value) for name, value in stands.items()}
    return json.dumps({"version": cohort.version} | sent)


def plain_lines(text: str) -> str:
    """With the line ends that are stored, whichever a browser sent."""
    return text.replace("\r\n", "\n")
