from datetime import date
from typing import TypeVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accelerator.core.text import plain_name

MAX_WORDS = 10_000
F = TypeVar("F", bound=forms.Field)


def field_of(form: forms.BaseForm, name: str, kind: type[F]) -> F:
    """The form's field `name`, which must be of that kind: TypeError where it is another."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"The field {name} is a {type(field).__name__}, not a {kind.__name__}.")
    return field


class NameField(forms.CharField):
    """A name of a person, a body or a thing, without characters that nobody sees."""

    def to_python(self, value: object) -> str:
        return plain_name(super().to_python(value) or "")

    def left_out(self, typed: str) -> bool:
        """Whether characters were taken out of what was typed, other than blanks."""
        return "".join(plain_name(typed).split()) != "".join(typed.split())


class DayField(forms.DateField):
    """A day on which something begins, ends or is due. Each error names the field."""

    EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)

    def __init__(self, *, label: str, error_messages: dict | None = None, **kwargs) -> None:
        years = f"{label}: enter a year from {self.EARLIEST.year} to {self.LATEST.year}."
        said = {
            "required": f"{label}: enter a date.",
            "invalid": f"{label}: enter a date, such as 2027-09-01.",
        }
        super().__init__(
            label=label,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages=said | (error_messages or {}),
            validators=[
                MinValueValidator(self.EARLIEST, years),
                MaxValueValidator(self.LATEST, years),
            ],
            **kwargs,
        )


class TextField(forms.CharField):
    """Several lines. `needed_at_times`: its hint says when, so no page calls it optional."""

    def __init__(self, *, needed_at_times: bool = False, **kwargs) -> None:
        super().__init__(**kwargs)
        self.needed_at_times = needed_at_times


def field_text(label: str, help_text: str = "", *, rows: int = 4, **kwargs) -> TextField:
    return TextField(
        label=label,
        help_text=help_text,
        max_length=kwargs.pop("max_length", MAX_WORDS),
        widget=forms.Textarea(attrs={"rows": rows}),
        **kwargs,
    )
