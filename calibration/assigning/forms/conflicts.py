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


class NoteConflictForm(ConflictForm):
    """As the hub notes it for a coach."""

    def __init__(self, *args, organisations, **kwargs) -> None:
        super().__init__(*args, organisations=organisations, **kwargs)
        reason = field_of(self, "reason", forms.CharField)
        reason.required = True
        reason.help_text = "In a few words. The coach and the Learning Hub read it."
        reason.error_messages["required"] = "Say what the tie is."


class LiftForm(forms.Form):
    reason = forms.CharField(
        label="Why is it lifted?",
        help_text="For example: they left the board in 2024. The Learning Hub reads it.",
        max_length=300,
        error_messages={"required": "Say why it is lifted."},
    )
