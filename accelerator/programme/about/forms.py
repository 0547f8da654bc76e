from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from accelerator.core.forms import DayField, NameField, field_of
from accelerator.models import Commitment, Enrolment, Profile
from accelerator.programme.dates.queries import Phase, why_crossing

NOT_SAID = ("", "Not said")


class ProfileForm(forms.ModelForm):
    """`read` is the version that was on the page, 0 where there was no profile."""

    read = forms.IntegerField(min_value=0, max_value=10**9, widget=forms.HiddenInput)

    data: MultiValueDict[str, Any]  # as it is posted

    class Meta:
        model = Profile
        fields = ["impact_focus", "social_action_years", "team_size", "turnover", "setting"]
        labels = {
            "impact_focus": "Which of these sounds most like you?",
            "social_action_years": "For how many years have you offered youth social action?",
            "team_size": "How many people work in your team, paid or not?",
            "turnover": "What is your turnover?",
            "setting": "Where does the programme mostly happen?",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        focus = forms.TypedChoiceField(
            label=self.fields["impact_focus"].label,
            choices=[
                NOT_SAID,
                *((kind.value, f"Type {kind}. {kind.label}") for kind in Profile.ImpactFocus),
            ],
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
        )
        self.fields["impact_focus"] = focus
        for name, kinds in (("turnover", Profile.Turnover), ("setting", Profile.Setting)):
            field_of(self, name, forms.TypedChoiceField).choices = [NOT_SAID, *kinds.choices]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def read_again(self, version: int) -> None:
        """Show what stands now as read, so that saving once more replaces it."""
        self.data = self.data.copy()
        self.data["read"] = str(version)


class DeadlineForm(forms.Form):
    """A phase's date of the enrolment's own, in order with the other phases'."""

    due_on = DayField(label="Due on")
    reason = NameField(
        label="Why?",
        help_text="The organisation, its adviser and the Learning Hub read this.",
        max_length=300,
        error_messages={"required": "Say why, in a sentence."},
    )

    def __init__(self, *args, enrolment: Enrolment, phase: Phase, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment, self.phase = enrolment, phase

    def clean_due_on(self) -> date:
        day = self.cleaned_data["due_on"]
        if why := why_crossing(self.enrolment, self.phase, day):
            raise forms.ValidationError(why)
        return day


class BusyForm(forms.Form):
    what = NameField(
        label="What are you busy with?",
        help_text="For example: summer camp, exams, the end of the school year.",
        max_length=200,
        error_messages={"required": "Say what it is."},
    )
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "Enter the first day or a later one.")
        return cleaned


class CommitmentForm(forms.ModelForm):
    agreed = forms.BooleanField(error_messages={"required": "Tick the box to sign."})

    class Meta:
        model = Commitment
        fields = ["lead_days_a_month", "lead_seniority", "team_hours_a_month"]
        labels = {
            "lead_days_a_month": "How many days a month does the project lead have for this?",
            "lead_seniority": "How senior is the project lead?",
            "team_hours_a_month": "How many hours a month does the rest of the team have?",
        }
        help_texts = {
            "lead_days_a_month": "Half days count: 2.5, for example.",
            "lead_seniority": "For example: a senior manager, who can change how things are done.",
            "team_hours_a_month": "All of them together.",
        }
        error_messages = {
            "lead_days_a_month": {"required": "Say how many days the project lead has."},
            "lead_seniority": {"required": "Say how senior the project lead is."},
            "team_hours_a_month": {"required": "Say how many hours the team has; 0 is an answer."},
        }
        field_classes = {"lead_seniority": NameField}

    def __init__(self, *args, organisation: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"].label = f"I sign this for {organisation}"

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
