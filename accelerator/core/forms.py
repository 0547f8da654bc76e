from typing import TypeVar

from django import forms

MAX_WORDS = 10_000
F = TypeVar("F", bound=forms.Field)


def field_of(form: forms.BaseForm, name: str, kind: type[F]) -> F:
    """The form's field `name`, which must be of that kind: TypeError where it is another."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"The field {name} is a {type(field).__name__}, not a {kind.__name__}.")
    return field


def field_text(label: str, help_text: str = "", *, rows: int = 4, **kwargs) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=kwargs.pop("max_length", MAX_WORDS),
        widget=forms.Textarea(attrs={"rows": rows}),
        **kwargs,
    )
