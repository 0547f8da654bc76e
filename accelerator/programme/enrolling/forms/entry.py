"""The fields of an entry, the same on the page and in a row of a spreadsheet."""

from collections.abc import Iterable

from django import forms

from accelerator.core.forms import NameField, field_text
from accelerator.core.text import plain_name
from accelerator.models import MatchFunder

MAX_NAME = 200
MOST_FUNDERS = 20  # of one enrolment


class LeadAddressField(forms.EmailField):
    needed_at_times = True  # where nobody leads the organisation yet


class EntryForm(forms.Form):
    organisation = NameField(
        label="Organisation",
        max_length=MAX_NAME,
        error_messages={"required": "Name the organisation."},
    )
    programme = NameField(
        label="Programme",
        help_text="One programme of its work. One that is known under this name is found.",
        max_length=MAX_NAME,
        error_messages={"required": "Name the programme."},
    )
    description = field_text(
        "What the programme does",
        "In two or three sentences. A programme that is known keeps the description it has.",
        required=False,
        max_length=2000,
        rows=3,
    )
    email = LeadAddressField(label="The lead’s e-mail address", max_length=254, required=False)
    name = NameField(label="The lead’s name", max_length=150, required=False)
    job_role = NameField(label="The lead’s job", max_length=150, required=False)


class FundersField(forms.ModelMultipleChoiceField):
    """Match funders that are known, to be ticked."""

    def __init__(self) -> None:
        super().__init__(
            MatchFunder.objects.order_by("name"),
            label="Match funders",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )


class NewFundersField(forms.Field):
    """Names of match funders with a semicolon between them; the value is a tuple of them."""

    def to_python(self, value: object) -> tuple[str, ...]:
        names = (plain_name(name) for name in str(value or "").split(";"))
        return tuple(name for name in names if name)

    def validate(self, value: tuple[str, ...]) -> None:
        super().validate(value)
        if any(len(name) > MAX_NAME for name in value):
            raise forms.ValidationError(f"A funder’s name has at most {MAX_NAME} characters.")
        if len(value) > MOST_FUNDERS:
            raise forms.ValidationError(f"Name {MOST_FUNDERS} match funders or fewer.")


def other_funders() -> NewFundersField:
    return NewFundersField(
        label="Other match funders",
        help_text="By name, with a semicolon (;) between two.",
        required=False,
    )


def funders_of(ticked: Iterable[MatchFunder], typed: Iterable[str]) -> tuple[str, ...]:
    return (*(funder.name for funder in ticked), *typed)
