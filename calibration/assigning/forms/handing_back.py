from django import forms

from accelerator.core.forms import field_text


class ReturnForm(forms.Form):
    """Why a submission is returned to its organisation."""

    reason = field_text(
        "What should the organisation change?",
        "The project lead reads this as you write it. Nothing here is a mark against them.",
        max_length=2000,
        error_messages={"required": "Say what they should change."},
    )
