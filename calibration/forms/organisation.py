"""The forms of an organisation with a calibration, and of those who meet it."""

import hashlib

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accelerator.models import Enrolment
from assessments import files
from assessments.catalogue import Catalogue
from assessments.forms import field_text
from assessments.models import Evidence
from calibration.models import ImprovementMeeting


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True, "accept": files.accept_attribute()})

    def value_from_datadict(self, data, uploads, name: str) -> list[UploadedFile]:
        return uploads.getlist(name) if uploads else []


class FilesField(forms.Field):
    """Any number of uploaded files, whatever they hold: inspection says what is wrong with one."""

    widget = FilesInput


class LibraryField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, piece: Evidence) -> str:
        size = f", {piece.size_label}" if piece.size_label else ""
        return f"{piece.title} ({piece.get_kind_display().lower()}{size})"


class PiecesForm(forms.Form):
    """Evidence from one's computer or from the enrolment's library."""

    uploads = FilesField(label="Upload files", required=False)
    evidence = LibraryField(
        queryset=Evidence.objects.none(),
        label="From your evidence library",
        required=False,
        error_messages={
            "invalid_choice": "One of these pieces is no longer in your library.",
            "invalid_pk_value": "One of these pieces is no longer in your library.",
        },
    )

    def __init__(self, *args, enrolment: Enrolment, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment
        self.taken: list[Evidence] = []
        self.fields["uploads"].help_text = files.accepted_label()
        self.fields["evidence"].queryset = Evidence.objects.kept().filter(enrolment=enrolment)

    def tick(self, pieces: list[Evidence]) -> None:
        """Count `pieces`, stored just now, as chosen from the library."""
        self.taken = pieces
        self.data = self.data.copy()
        for piece in pieces:
            self.data.appendlist("evidence", str(piece.pk))

    def pieces(self) -> list[Evidence]:
        """What was chosen and what was taken in, of a valid form."""
        return [*self.cleaned_data["evidence"], *self.taken]


class AnswerForm(PiecesForm):
    answer = field_text(
        "Your answer",
        "Both coaches read it, word for word the same.",
        rows=6,
        max_length=5000,
        error_messages={"required": "Write an answer, even if it is short."},
    )
    field_order = ["answer", "uploads", "evidence"]


def criterion_choices(catalogue: Catalogue, empty: str) -> list:
    return [
        ("", empty),
        *(
            (pillar.title, [(criterion.code, criterion.label) for criterion in pillar.criteria])
            for pillar in catalogue.pillars
        ),
    ]


class QuestionForm(forms.Form):
    criterion = forms.ChoiceField(label="What is it about?", required=False)
    question = field_text(
        "Your question",
        "There are no silly ones. The Learning Hub answers.",
        rows=5,
        max_length=2000,
        error_messages={"required": "Write your question."},
    )

    def __init__(self, *args, catalogue: Catalogue, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"].choices = criterion_choices(catalogue, "The whole framework")


class LateEvidenceForm(PiecesForm):
    criterion = forms.ChoiceField(
        label="Which criterion does it belong to?",
        error_messages={"required": "Choose the criterion it belongs to."},
    )
    link_url = forms.URLField(
        label="Web address",
        max_length=1000,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Enter a full web address, such as https://example.org/report."},
    )
    link_title = forms.CharField(label="What is it?", max_length=150, required=False)
    note_text = field_text(
        "Note", "What you would tell a visitor who asks to see it.", required=False, rows=4
    )
    note_title = forms.CharField(label="Title of the note", max_length=150, required=False)

    def __init__(self, *args, catalogue: Catalogue, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"].choices = criterion_choices(catalogue, "Choose a criterion")

    def clean(self) -> dict:
        cleaned = super().clean()
        holds = ("uploads", "evidence", "link_url", "note_text")
        if cleaned.get("link_title") and not cleaned.get("link_url") and "link_url" in cleaned:
            self.add_error("link_url", "Enter the web address as well.")
        elif cleaned.get("note_title") and not cleaned.get("note_text"):
            self.add_error("note_text", "Write the note as well.")
        elif all(name in cleaned and not cleaned[name] for name in holds):
            self.add_error(None, "Add at least one file, link, note or piece from your library.")
        return cleaned


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

    def words(self) -> dict:
        return {name: self.cleaned_data[name] for name in MEETING_FIELDS}

    def read_again(self, fingerprint: str) -> None:
        """Show what stands now as read, so that saving once more replaces it."""
        self.data = self.data.copy()
        self.data["read"] = fingerprint


MEETING_FIELDS = ("held_on", "attendees", "notes", "readers")


def meeting_initial(meeting: ImprovementMeeting) -> dict:
    fields = {name: getattr(meeting, name) for name in MEETING_FIELDS}
    return fields | {"read": fingerprint(meeting)}


def fingerprint(meeting: ImprovementMeeting) -> str:
    """A hash of what a meeting's page shows, by which a save on top of another's is noticed."""
    shown = "\0".join(str(getattr(meeting, name)) for name in MEETING_FIELDS)
    return hashlib.sha256(shown.encode()).hexdigest()
