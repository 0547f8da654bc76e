from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from accelerator.core import files
from accelerator.core.forms import field_of, field_text
from accelerator.models import Enrolment
from assessments.models import Evidence


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

    data: MultiValueDict[str, Any]  # as it is posted

    def __init__(self, *args, enrolment: Enrolment, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment
        self.taken: list[Evidence] = []
        self.fields["uploads"].help_text = files.accepted_label()
        library = Evidence.objects.kept().filter(enrolment=enrolment)
        field_of(self, "evidence", LibraryField).queryset = library

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
