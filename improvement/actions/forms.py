"""What is to be done, by whom and when; its state; what it took; what came of it."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accelerator.core.forms import NameField, field_of
from accelerator.models import User
from assessments.models import Evidence
from improvement.actions.services import Moved, Written
from improvement.models import Action, Resource
from improvement.planning.forms import ReadAgain
from improvement.rules.actions import NEEDS_REASON, State

DATE_ERRORS = {"invalid": "Enter a date such as 14/11/2026."}


def date_field(label: str, help_text: str = "", **kwargs) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=DATE_ERRORS,
        **kwargs,
    )


class ActionForm(ReadAgain):
    """`version` is the one that was read; 0 for a new action."""

    title = forms.CharField(
        label="What will you do?",
        max_length=200,
        error_messages={"required": "Say what you will do."},
    )
    outcome = forms.CharField(
        label="What comes of it?",
        help_text="What is there afterwards that is not there now.",
        max_length=300,
        required=False,
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label="Who does it?", required=False, empty_label="Nobody yet"
    )
    owner_name = NameField(
        label="Or somebody without an account",
        help_text="Their name as your team knows it.",
        max_length=150,
        required=False,
    )
    starts_on = date_field("It begins", required=False)
    due_on = date_field("By when?", required=False)
    after_round = forms.BooleanField(label="After this delivery round", required=False)
    hours = forms.DecimalField(
        label="Hours it will take",
        min_value=0,
        max_value=9999,
        max_digits=6,
        decimal_places=1,
        required=False,
    )
    money = forms.DecimalField(
        label="Money it will take, in pounds",
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
    )
    is_quick_win = forms.BooleanField(label="A quick win: it shows soon", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, team: QuerySet[User], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "owner", forms.ModelChoiceField).queryset = team

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, due = cleaned.get("starts_on"), cleaned.get("due_on")
        if starts and due and due < starts:
            self.add_error("due_on", "It ends before it begins.")
        if due and cleaned.get("after_round"):
            self.add_error("after_round", "Give a date, or say that it is after this round.")
        if cleaned.get("owner") and cleaned.get("owner_name"):
            self.add_error("owner_name", "Choose somebody above, or write a name here.")
        return cleaned

    def written(self) -> Written:
        return Written(**{name: self.cleaned_data[name] for name in Written.__dataclass_fields__})


def initial_of(action: Action) -> dict[str, Any]:
    fields = {name: getattr(action, name) for name in Written.__dataclass_fields__}
    return fields | {"version": action.version}


class MoveForm(ReadAgain):
    state = forms.ChoiceField(
        label="How is it going?", choices=Action.STATES, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="Why?",
        help_text="For a pause, or when it will not be done.",
        max_length=300,
        required=False,
    )
    until = date_field("Paused until", "If you know.", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("state") in NEEDS_REASON and not cleaned.get("reason"):
            self.add_error("reason", "Say why, in a few words.")
        return cleaned

    def moved(self) -> Moved:
        state = State(self.cleaned_data["state"])
        reason = self.cleaned_data["reason"] if state.value in NEEDS_REASON else ""
        return Moved(state, reason, self.cleaned_data["until"])


class ResourceForm(forms.Form):
    kind = forms.ChoiceField(
        label="What did it take?", choices=Resource.Kind.choices, widget=forms.RadioSelect
    )
    hours = forms.DecimalField(
        label="Hours", min_value=0, max_value=9999, max_digits=6, decimal_places=1, required=False
    )
    money = forms.DecimalField(
        label="Money, in pounds", min_value=0, max_digits=9, decimal_places=2, required=False
    )
    note = forms.CharField(label="In a few words", max_length=300, required=False)
    on = date_field("When?")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        told = (cleaned.get("hours"), cleaned.get("money"), cleaned.get("note"))
        if not self.errors and not any(one not in (None, "") for one in told):
            self.add_error("note", "Give the hours, the money, or a few words.")
        return cleaned

    def clean_on(self) -> date:
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("That day has not come yet.")
        return on


class PieceField(forms.ModelChoiceField):
    def label_from_instance(self, piece: Evidence) -> str:
        return piece.title


class AttachForm(forms.Form):
    evidence = PieceField(
        Evidence.objects.none(),
        label="From your evidence library",
        empty_label=None,
        error_messages={"required": "Choose a piece of evidence."},
    )

    def __init__(self, *args, library: QuerySet[Evidence], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "evidence", PieceField).queryset = library


class NewDatesForm(forms.Form):
    """A new date for each action whose date has passed; empty ones stay as they are."""

    def __init__(self, *args, late: list[Action], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.late = late
        for one in late:
            self.fields[f"due_{one.pk}"] = date_field(one.title, required=False)
            self.fields[f"version_{one.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=one.version
            )

    def dates(self) -> list[tuple[Action, int, date]]:
        """The actions that are given a date, with the version that was read."""
        cleaned = self.cleaned_data
        return [
            (one, cleaned[f"version_{one.pk}"], cleaned[f"due_{one.pk}"])
            for one in self.late
            if cleaned[f"due_{one.pk}"]
        ]
