"""The forms of the desk: deciding, proposing, asking a third coach."""

from collections.abc import Iterable, Sequence
from typing import cast

from django import forms

from accelerator.core.forms import field_of, field_text
from assessments.framework.values import Catalogue
from calibration.assigning.queries.eligibility import Candidate
from calibration.desk.queries.desk import Desk, Item
from calibration.models import Calibration, Cause
from calibration.rules.commentary import Outcome, Part, Row, parts_from
from calibration.rules.reasons import lift_is_missing, reason_wanted

UNJUDGED = "none"
MOST_PIECES = 60
CAUSES = [("", "Not said"), *Cause.choices]


def level_field(levels: Iterable[tuple[str, str]], label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=list(levels),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a level."},
    )


class SettlingForm(forms.Form):
    """What a decision and a proposal have in common."""

    cause = forms.ChoiceField(
        label="Why does it differ from the organisation’s own level?",
        required=False,
        choices=CAUSES,
    )
    lift = field_text(
        "What would lift it one level",
        "One or two things the organisation can do. Needed when you mark down.",
        required=False,
        needed_at_times=True,
        rows=3,
        max_length=5000,
    )

    def __init__(self, *args, item: Item, framework: Catalogue, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        self.framework = framework

    def chosen(self) -> int | None:
        """The level that was chosen; None when it cannot be judged."""
        value = self.cleaned_data["level"]
        return None if value == UNJUDGED else int(value)

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        if {"level", "lift"} <= cleaned.keys() and lift_is_missing(
            self.item.own.level, self.chosen(), cleaned["lift"]
        ):
            self.add_error(
                "lift", "This marks the organisation down: say what would lift it one level."
            )
        return cleaned


class DecisionForm(SettlingForm):
    rationale = field_text(
        "Why this level",
        "Needed when it is not one the coaches gave, or changes one they agree on. Then the "
        "organisation reads it beside the level; otherwise coaches and the Learning Hub only.",
        required=False,
        needed_at_times=True,
        rows=3,
        max_length=5000,
    )
    read_version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    read_inputs = forms.CharField(max_length=64, widget=forms.HiddenInput)
    field_order = ["level", "lift", "cause", "rationale"]

    def __init__(self, *args, item: Item, framework: Catalogue, **kwargs) -> None:
        super().__init__(*args, item=item, framework=framework, **kwargs)
        levels = [(str(level.value), level.name) for level in framework.levels]
        self.fields["level"] = level_field([*levels, (UNJUDGED, "Cannot be judged")], "Level")
        self.order_fields(self.field_order)

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        unsaid = {"level", "rationale"} <= cleaned.keys() and not cleaned["rationale"]
        if unsaid and (wanted := reason_wanted(self.chosen(), self.item.levels)):
            self.add_error("rationale", wanted.value)
        return cleaned

    def outcome(self, parts: Sequence[Part]) -> Outcome:
        words = {name: self.cleaned_data[name] for name in ("lift", "cause", "rationale")}
        return Outcome(level=self.chosen(), parts=parts, **words)


class PieceForm(forms.Form):
    """One row of the composer."""

    use = forms.BooleanField(label="Use", required=False)
    order = forms.IntegerField(label="Order", required=False, min_value=1, max_value=99)
    text = forms.CharField(
        label="Words",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    source = forms.IntegerField(required=False, widget=forms.HiddenInput)
    paragraph = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    @property
    def review(self) -> int | None:
        """The review whose words these are, as an id; None for the moderator's own."""
        value = self["source"].value()
        return int(value) if value not in (None, "") else None


class Pieces(forms.BaseFormSet):
    """The composer: pieces of the coaches' words and the moderator's own, in an order."""

    def __init__(self, *args, texts: dict[int, str], **kwargs) -> None:
        self.texts = texts
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        for form in self.forms:
            if form.cleaned_data.get("source") not in (None, *self.texts):
                raise forms.ValidationError(
                    "A coach’s words changed while this page was open. Open it again."
                )

    def parts(self) -> list[Part]:
        """The commentary's parts: as given when valid, else as the form began."""
        if self.is_bound and not self.is_valid():
            return []
        given = [form.cleaned_data if self.is_bound else form.initial for form in self.forms]
        rows = [
            Row(data["source"], data["text"], data["paragraph"] or 0, data["use"])
            for data in sorted(filter(None, given), key=lambda data: data["order"] or MOST_PIECES)
        ]
        return parts_from(rows, self.texts)


# The factory's own type forgets which formset it was given.
PieceSet = cast(
    type[Pieces],
    forms.formset_factory(
        PieceForm, formset=Pieces, extra=0, max_num=MOST_PIECES, absolute_max=MOST_PIECES
    ),
)


def pieces_initial(rows: Sequence[Row]) -> list[dict]:
    """The composer's rows, and an empty one for the moderator's own words."""
    return [
        {
            "use": row.use,
            "order": number,
            "text": row.text,
            "source": row.source,
            "paragraph": row.paragraph,
        }
        for number, row in enumerate([*rows[: MOST_PIECES - 2], Row(None, "")], start=1)
    ]


class ProposalForm(SettlingForm):
    """What one coach offers the other: a level inside both of theirs, and words."""

    commentary = field_text(
        "Commentary to the organisation",
        "Begins from what you both wrote. Make it one text you can both sign.",
        required=False,
        rows=6,
    )
    field_order = ["level", "commentary", "lift", "cause"]

    def __init__(self, *args, item: Item, framework: Catalogue, **kwargs) -> None:
        super().__init__(*args, item=item, framework=framework, **kwargs)
        self.fields["level"] = level_field(
            (
                (str(level.value), level.name)
                for level in framework.levels
                if item.allows(level.value)
            ),
            "Level you could both stand by",
        )
        self.order_fields(self.field_order)

    def outcome(self, review_id: int) -> Outcome:
        words = self.cleaned_data["commentary"].strip()
        return Outcome(
            level=self.chosen(),
            parts=[Part(review_id, words)] if words else [],
            lift=self.cleaned_data["lift"],
            cause=self.cleaned_data["cause"],
        )


class SignForm(forms.Form):
    """Carries the hash of what was on the page."""

    content = forms.CharField(min_length=64, max_length=64, widget=forms.HiddenInput)


class ThirdCoachForm(forms.Form):
    coach = forms.TypedChoiceField(
        label="Who?",
        help_text="Coaches without a conflict of interest who are not on this assessment already.",
        error_messages={"required": "Choose a coach."},
    )
    criteria = forms.MultipleChoiceField(
        label="Which criteria?",
        help_text="Ticked to begin with: those two steps or more apart that are not decided.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one criterion."},
    )

    def __init__(self, data=None, *, desk: Desk, coaches: Sequence[Candidate]) -> None:
        wide = [
            item.criterion.code
            for item in desk.differences
            if item.found.gap is not None and item.found.gap >= 2 and not item.is_decided
        ]
        super().__init__(data, initial={"criteria": wide})
        people = {str(one.user.pk): one.user for one in coaches}
        coach = field_of(self, "coach", forms.TypedChoiceField)
        coach.choices = [
            ("", "Choose a coach"),
            *((str(one.user.pk), f"{one.user}, {one.institution}") for one in coaches),
        ]
        coach.coerce = people.__getitem__
        by_code = {item.criterion.code: item for item in desk.items}
        criteria = field_of(self, "criteria", forms.MultipleChoiceField)
        criteria.choices = desk.framework.criterion_choices(
            lambda one: f"{one.label} · {by_code[one.code].brief}"
        )


class StateForm(forms.Form):
    """Which of a moderator's calibrations to list."""

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[
            ("", "All of them"),
            *((state.value, state.label) for state in Calibration.OPEN_TO_COMPARE),
        ],
    )
