"""The forms of an organisation with a calibration, and of those who meet it."""

from django import forms

from accelerator.core.forms import field_of, field_text
from assessments.framework.values import Catalogue
from calibration.reviewing.forms.requests import PiecesForm


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
        about = field_of(self, "criterion", forms.ChoiceField)
        about.choices = [("", "The whole framework"), *catalogue.criterion_choices()]


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
        beside = field_of(self, "criterion", forms.ChoiceField)
        beside.choices = [("", "Choose a criterion"), *catalogue.criterion_choices()]

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        holds = ("uploads", "evidence", "link_url", "note_text")
        if cleaned.get("link_title") and not cleaned.get("link_url") and "link_url" in cleaned:
            self.add_error("link_url", "Enter the web address as well.")
        elif cleaned.get("note_title") and not cleaned.get("note_text"):
            self.add_error("note_text", "Write the note as well.")
        elif all(name in cleaned and not cleaned[name] for name in holds):
            self.add_error(None, "Add at least one file, link, note or piece from your library.")
        return cleaned
