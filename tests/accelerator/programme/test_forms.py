"""What the forms of people and cohorts have in common."""

from collections.abc import Iterator

from django import forms
from django.urls import get_resolver

CAPABILITIES = ("about", "cohorts", "enrolling", "team")
GENERIC = forms.Field.default_error_messages["required"]


def forms_of(packages: tuple[str, ...]) -> Iterator[type[forms.BaseForm]]:
    """Every form class of these packages that some page uses."""
    assert get_resolver().url_patterns  # the pages import their forms
    waiting = [forms.BaseForm]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith(packages) and hasattr(one, "base_fields"):
            yield one


def test_a_missing_answer_is_said_in_words_of_its_own() -> None:
    """A summary of three times "This field is required." names no field."""
    found = list(forms_of(tuple(f"accelerator.programme.{one}." for one in CAPABILITIES)))
    assert len(found) > 10
    generic = [
        f"{form.__name__}.{name}"
        for form in found
        for name, field in form.base_fields.items()
        if field.required
        and not field.widget.is_hidden
        and str(field.error_messages["required"]) == str(GENERIC)
    ]
    assert generic == []
