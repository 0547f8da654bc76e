from datetime import date

from django import forms
from django.utils import timezone

from accelerator.core.forms import field_text
from accelerator.models import Enrolment
from accelerator.programme.participation.queries import why_not_the


class ChangeForm(forms.Form):
    """From when, and why."""

    on = forms.DateField(
        label="From which day?",
        help_text="Today, or the day on which it happened.",
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say from which day.", "invalid": "This is not a date."},
    )
    reason = field_text(
        "Why?",
        "The Learning Hub keeps this; it is in no letter. Leave out names.",
        rows=2,
        max_length=300,
        error_messages={"required": "Say why."},
    )

    def __init__(self, *args, enrolment: Enrolment, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment

    def clean_on(self) -> date:
        on = self.cleaned_data["on"]
        if why := why_not_the(on, self.enrolment):
            raise forms.ValidationError(why)
        return on
