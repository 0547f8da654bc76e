from typing import Any

from django import forms

from accelerator.core.forms import field_text

MOST = 3000


class HandOverForm(forms.Form):
    note = field_text(
        "What should the senior sponsor know?",
        "What is new, and what you need from them.",
        required=False,
        max_length=MOST,
    )


class DecideForm(forms.Form):
    APPROVE, RETURN = "approve", "return"
    decision = forms.ChoiceField(
        label="What do you decide?",
        choices=(
            (APPROVE, "I approve it: the objectives, the hours and the money"),
            (RETURN, "I send it back, with a comment"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether you approve it or send it back."},
    )
    comment = field_text(
        "Comment", "Needed when you send it back.", required=False, max_length=MOST
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == self.RETURN and not cleaned.get("comment"):
            self.add_error("comment", "Say what should change.")
        return cleaned

    @property
    def approves(self) -> bool:
        return self.cleaned_data["decision"] == self.APPROVE


class RevokeForm(forms.Form):
    reason = field_text(
        "Why do you withdraw your approval?",
        "The project lead reads this.",
        max_length=MOST,
        error_messages={"required": "Say why."},
    )
