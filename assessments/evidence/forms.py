from django import forms

from accelerator.core.forms import NameField, field_of, field_text
from assessments.framework.values import Catalogue
from assessments.models import EvidenceUse, Practice


class LinkForm(forms.Form):
    link_url = forms.URLField(
        label="Web address",
        max_length=1000,
        assume_scheme="https",
        error_messages={"invalid": "Enter a full web address, such as https://example.org/report."},
    )
    link_title = NameField(label="What is it?", max_length=150, required=False)


class NoteForm(forms.Form):
    note_title = NameField(label="Title", max_length=150, required=False)
    note_text = field_text("Note", "What you would tell a visitor who asks to see it.", rows=4)


def panel_forms() -> dict[str, forms.Form]:
    """The forms of a criterion's panel, as they begin."""
    return {"link_form": LinkForm(), "note_form": NoteForm()}


class UseForm(forms.ModelForm):
    read = forms.CharField(max_length=64, widget=forms.HiddenInput)

    class Meta:
        model = EvidenceUse
        fields = ["part", "practice"]
        labels = {"part": "Which part matters here?", "practice": "What does it show?"}
        help_texts = {"part": "For example: pages 3 to 7, or item 4."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "practice", forms.ChoiceField).choices = [
            ("", "Not said yet"),
            (Practice.EXISTS, "It shows that it exists"),
            (Practice.USED, "It shows that it is used"),
        ]


class EvidenceForm(forms.Form):
    read = forms.CharField(max_length=64, widget=forms.HiddenInput)
    title = NameField(label="Name", max_length=150)
    description = field_text(
        "Description", "What is it, and when is it from?", required=False, max_length=2000
    )
    criteria = forms.MultipleChoiceField(
        label="Where is it used?", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, catalogue: Catalogue | None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if catalogue is None:
            del self.fields["criteria"]
        else:
            field_of(self, "criteria", forms.ChoiceField).choices = catalogue.criterion_choices()


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Why is it withdrawn?",
        help_text="For example: it named a young person. Do not repeat the name here.",
        max_length=300,
    )
