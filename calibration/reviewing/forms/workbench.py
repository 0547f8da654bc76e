"""What a coach fills in: a judgement of one criterion, a conflict, a question, a practice level."""

from collections.abc import Iterable

from django import forms

from accelerator.core.forms import field_of, field_text
from assessments.framework.values import Catalogue, CriterionInfo
from calibration.models import Cause, Sureness
from calibration.rules.judgement import Judgement

CANNOT = "cannot"


def level_choices(levels: Catalogue) -> list[tuple[str, str]]:
    return [(str(level.value), level.name) for level in levels.levels]


class JudgementForm(forms.Form):
    """One criterion, judged. `answer` is a level, "cannot" with a reason, or nothing yet.

    `pieces` are ids of the evidence that may persuade: each has a tick and a passage.
    """

    answer = forms.ChoiceField(label="What does the evidence show?", required=False)
    cannot_judge_reason = field_text(
        "Why can you not judge this?",
        "For example: the one file here does not open.",
        required=False,
        rows=2,
        max_length=2000,
    )
    commentary = field_text(
        "Commentary to the organisation",
        "What you saw, and how it reads. They are given it at release, once it is moderated.",
        required=False,
        rows=5,
    )
    lift = field_text(
        "What would lift it one level?",
        "One thing they could do or show. It is needed where your level is below theirs.",
        required=False,
        rows=3,
    )
    cause = forms.ChoiceField(
        label="If your level differs from theirs, why?",
        required=False,
        choices=[("", "Not said"), *Cause.choices],
    )
    sureness = forms.ChoiceField(
        label="How sure are you?",
        required=False,
        choices=[*Sureness.choices, ("", "Not said")],
        widget=forms.RadioSelect(attrs={"class": "tick"}),
    )
    private_note = field_text(
        "Private note",
        "For yourself. Nobody else reads it.",
        required=False,
        rows=2,
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, *args, catalogue: Catalogue, pieces: Iterable[str], saving: bool = False, **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.saving = saving
        self.pieces = list(pieces)
        field_of(self, "answer", forms.ChoiceField).choices = [
            ("", "Not judged yet"),
            *level_choices(catalogue),
            (CANNOT, "I cannot judge this"),
        ]
        for piece in self.pieces:
            self.fields[f"spot-{piece}"] = forms.BooleanField(
                required=False,
                label="Persuaded me",
                widget=forms.CheckboxInput(attrs={"class": "tick"}),
            )
            self.fields[f"passage-{piece}"] = forms.CharField(
                required=False, max_length=300, label="Which passage?"
            )

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        unexplained = cleaned.get("answer") == CANNOT and not cleaned.get("cannot_judge_reason")
        # While somebody types, a missing reason is not an error yet.
        if unexplained and not self.saving and "cannot_judge_reason" not in self.errors:
            self.add_error("cannot_judge_reason", "Say why you cannot judge this.")
        return cleaned

    def judgement(self) -> Judgement:
        data = self.cleaned_data
        level = int(data["answer"]) if data["answer"].isdigit() else None
        return Judgement(
            level=level,
            cannot_judge_reason="" if level is not None else data["cannot_judge_reason"],
            **{
                name: data[name]
                for name in ("commentary", "private_note", "sureness", "cause", "lift")
            },
        )

    def passages(self) -> dict[str, str]:
        """Evidence id → passage, for the pieces that are ticked."""
        return {
            piece: self.cleaned_data[f"passage-{piece}"]
            for piece in self.pieces
            if self.cleaned_data[f"spot-{piece}"]
        }


class RecuseForm(forms.Form):
    reason = forms.CharField(
        label="Why are you stepping back?",
        help_text="The Learning Hub reads this. The organisation and the other coach do not.",
        max_length=300,
        error_messages={"required": "Say why you are stepping back."},
    )


class QuestionForm(forms.Form):
    criterion = forms.ChoiceField(label="What is it about?", required=False)
    question = field_text(
        "What would you like to see?",
        "Ask for one thing, and say why it would help. Do not say what level you have in mind.",
        max_length=2000,
        error_messages={"required": "Write your question."},
    )

    def __init__(self, *args, criteria: Iterable[CriterionInfo], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "criterion", forms.ChoiceField).choices = [
            ("", "The assessment as a whole"),
            *((criterion.code, criterion.label) for criterion in criteria),
        ]


class PracticeForm(forms.Form):
    level = forms.TypedChoiceField(
        label="What does the evidence show?",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a level."},
    )
    reason = field_text(
        "What makes you think so?",
        "A sentence or two. Only you read it.",
        required=False,
        rows=3,
        max_length=2000,
    )

    def __init__(self, *args, catalogue: Catalogue, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "level", forms.TypedChoiceField).choices = level_choices(catalogue)
