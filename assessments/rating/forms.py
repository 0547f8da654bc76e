from dataclasses import replace

from django import forms

from accelerator.core.forms import field_of, field_text
from assessments.framework.values import Catalogue
from assessments.models import EvidenceState, Practice
from assessments.rating.values import Answers

WHICH = "Choose a level, or say why you cannot rate this. Clear one of the two."


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
        field_of(self, "level", forms.ChoiceField).choices = [
            ("", "Not rated"),
            *((str(level.value), level.name) for level in catalogue.levels),
        ]

    def clean(self) -> dict:
        super().clean()
        self.given = dict(self.cleaned_data)
        if self.given.get("level") is not None and self.given.get("cannot_rate_reason"):
            self.add_error("cannot_rate_reason", WHICH)
        return self.cleaned_data

    @property
    def asks_which(self) -> bool:
        """Whether all is well but that a level and a reason are both given."""
        return self.errors == {"cannot_rate_reason": [WHICH]}

    def answers(self) -> Answers:
        """What was given, of a form that is valid or only asks which of two is kept."""
        return Answers(**{name: self.given[name] for name in Answers.__dataclass_fields__})

    def words_beside(self, standing: Answers) -> Answers:
        """The words that were given, beside the level or reason that stands."""
        return replace(
            self.answers(), level=standing.level, cannot_rate_reason=standing.cannot_rate_reason
        )
