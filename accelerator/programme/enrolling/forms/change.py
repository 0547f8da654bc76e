from typing import Any

from django import forms

from accelerator.core.forms import NameField, field_text
from accelerator.models import Enrolment
from accelerator.programme.enrolling.forms.entry import (
    MAX_NAME,
    FundersField,
    funders_of,
    other_funders,
)


class ChangeForm(forms.Form):
    """What an enrolment is made of. `read` tells what it was when the form was opened."""

    read = forms.CharField(max_length=64, widget=forms.HiddenInput)
    name = NameField(
        label="Programme",
        max_length=MAX_NAME,
        error_messages={"required": "Name the programme."},
    )
    description = field_text("What the programme does", required=False, max_length=10_000)
    funders = FundersField()
    new_funders = other_funders()

    def __init__(self, *args: Any, enrolment: Enrolment, may_rename: bool, **kwargs: Any) -> None:
        self.programme = enrolment.programme
        super().__init__(*args, **kwargs)
        if not may_rename:
            del self.fields["name"], self.fields["description"]

    @property
    def given(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        return {
            "read": cleaned["read"],
            "name": cleaned.get("name", self.programme.name),
            "description": cleaned.get("description", self.programme.description),
            "funders": funders_of(cleaned["funders"], cleaned["new_funders"]),
        }
