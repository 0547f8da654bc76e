from django import forms

from assessments.catalogue import Catalogue
from assessments.models import EvidenceState, EvidenceUse, Practice
from assessments.services.rating import Answers

MAX_WORDS = 10_000


def field_text(label: str, help_text: str = "", *, rows: int = 4, **kwargs) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=kwargs.pop("max_length", MAX_WORDS),
        widget=forms.Textarea(attrs={"rows": rows}),
        **kwargs,
    )


class RatingForm(forms.Form):
    """One criterion's answers. An empty level is "not rated"."""

    level = forms.TypedChoiceField(
        label="How confident are you?",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    justification = field_text(
        "What makes you confident, or not?",
        "Two or three sentences a visitor would understand.",
        required=False,
        rows=6,
    )
    evidence_state = forms.ChoiceField(
        label="Where is the evidence?",
        required=False,
        choices=[("", "Not said yet"), *EvidenceState.choices],
    )
    practice = forms.ChoiceField(
        label="Does it exist, or is it used?",
        required=False,
        choices=[("", "Not said yet"), *Practice.choices],
    )
    cannot_rate_reason = field_text(
        "Why can this not be rated?",
        "For example: we have not run the programme in a second place yet.",
        required=False,
        rows=2,
        max_length=2000,
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, catalogue: Catalogue, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [
            ("", "Not rated"),
            *((str(level.value), level.name) for level in catalogue.levels),
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("level") is not None and cleaned.get("cannot_rate_reason"):
            self.add_error(
                "cannot_rate_reason",
                "Choose a level, or say why you cannot rate this. Clear one of the two.",
            )
        return cleaned

    def answers(self) -> Answers:
        return Answers(**{name: self.cleaned_data[name] for name in Answers.__dataclass_fields__})


class LinkForm(forms.Form):
    link_url = forms.URLField(
        label="Web address",
        max_length=1000,
        assume_scheme="https",
        error_messages={"invalid": "Enter a full web address, such as https://example.org/report."},
    )
    link_title = forms.CharField(label="What is it?", max_length=150, required=False)


class NoteForm(forms.Form):
    note_title = forms.CharField(label="Title", max_length=150, required=False)
    note_text = field_text("Note", "What you would tell a visitor who asks to see it.", rows=4)


class UseForm(forms.ModelForm):
    class Meta:
        model = EvidenceUse
        fields = ["part", "practice"]
        labels = {"part": "Which part matters here?", "practice": "What does it show?"}
        help_texts = {"part": "For example: pages 3 to 7, or item 4."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].choices = [
            ("", "Not said yet"),
            (Practice.EXISTS, "It shows that it exists"),
            (Practice.USED, "It shows that it is used"),
        ]


class EvidenceForm(forms.Form):
    title = forms.CharField(label="Name", max_length=150)
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
            self.fields["criteria"].choices = [
                (pillar.title, [(criterion.code, criterion.label) for criterion in pillar.criteria])
                for pillar in catalogue.pillars
            ]


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Why is it withdrawn?",
        help_text="For example: it named a young person. Do not repeat the name here.",
        max_length=300,
    )
