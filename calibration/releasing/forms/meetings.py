from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from accelerator.core.fingerprint import fingerprint
from accelerator.core.forms import field_text
from calibration.models import ImprovementMeeting


class MeetingForm(forms.Form):
    """`read` is the fingerprint of what was on the page; "" for a new meeting."""

    held_on = forms.DateField(
        label="Date of the meeting",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Enter the date of the meeting.",
            "invalid": "Enter a date such as 14/11/2026.",
        },
    )
    attendees = field_text(
        "Who was there?",
        "Names and what they do. Everybody who can read the calibrated framework sees this.",
        rows=3,
        max_length=2000,
        error_messages={"required": "Say who was there."},
    )
    notes = field_text(
        "Notes", "What was said, and what comes next.", required=False, rows=10, max_length=20000
    )
    readers = forms.ChoiceField(
        label="Who may read the notes?",
        choices=ImprovementMeeting.Readers.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who may read the notes."},
    )
    read = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    data: MultiValueDict[str, Any]  # as it is posted

    def words(self) -> dict:
        return {name: self.cleaned_data[name] for name in MEETING_FIELDS}

    def read_again(self, now: str) -> None:
        """Show what stands now as read, so that saving once more replaces it."""
        self.data = self.data.copy()
        self.data["read"] = now


MEETING_FIELDS = ("held_on", "attendees", "notes", "readers")


def meeting_initial(meeting: ImprovementMeeting) -> dict:
    fields = {name: getattr(meeting, name) for name in MEETING_FIELDS}
    return fields | {"read": meeting_read(meeting)}


def meeting_read(meeting: ImprovementMeeting) -> str:
    """The fingerprint of what a meeting's page shows."""
    return fingerprint([str(getattr(meeting, name)) for name in MEETING_FIELDS])
