from django import forms

from accelerator.core.forms import field_of
from accelerator.models import Organisation


class ConflictForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label="Which organisation?",
        queryset=Organisation.objects.none(),
        empty_label="Choose one",
        error_messages={"required": "Choose the organisation."},
    )
    reason = forms.CharField(
        label="What is the tie?",
        help_text="In a few words, for the Learning Hub. For example: I was a trustee until 2025.",
        max_length=300,
        required=False,
    )

    def __init__(self, *args, organisations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "organisation", forms.ModelChoiceField).queryset = organisations
