"""The Learning Hub's forms and filters, beside those that choose coaches."""

from collections.abc import Sequence

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accelerator.core.days import day_in_words
from accelerator.core.forms import field_text
from calibration.models import EvidenceRequest, ReleaseQuestion

TICK = "Tick each of them to go on, or wait for the answer."


class QuestionFilter(django_filters.FilterSet):
    """The cohort's questions about released frameworks."""

    state = django_filters.ChoiceFilter(
        label="State",
        choices=[("open", "To answer"), ("answered", "Answered")],
        empty_label="All questions",
        method="filter_state",
    )
    words = django_filters.CharFilter(
        label="Organisation or question contains", method="filter_words"
    )

    class Meta:
        model = ReleaseQuestion
        fields: list[str] = []
        form = forms.Form

    def filter_state(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(answered_at__isnull=value == "open")

    def filter_words(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        organisation = "release__calibration__assessment__enrolment__organisation__name"
        return queryset.filter(**{f"{organisation}__icontains": value}) | queryset.filter(
            question__icontains=value
        )


class ReleaseForm(forms.Form):
    """`asked`: the questions that wait for the organisation, each to be ticked to go on."""

    message = field_text(
        "Message to the organisation",
        "It stands above their calibrated framework. For example: who to write to, and when "
        "you will meet.",
        required=False,
        rows=4,
        max_length=2000,
    )

    def __init__(self, *args, asked: Sequence[EvidenceRequest] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        if asked:
            unanswered = "this question is" if len(asked) == 1 else "these questions are"
            self.fields["unanswered"] = forms.MultipleChoiceField(
                label=f"Release it although {unanswered} not answered",
                help_text="Nothing can be answered any more once it is released.",
                widget=forms.CheckboxSelectMultiple,
                choices=[(str(one.pk), _asked_words(one)) for one in asked],
                error_messages={"required": TICK},
            )

    def clean_unanswered(self) -> list[str]:
        ticked = self.cleaned_data["unanswered"]
        if len(ticked) < len(self.asked):
            raise forms.ValidationError(TICK)
        return ticked

    def going_on(self) -> list[int]:
        """The ids of the questions that were ticked."""
        return [int(pk) for pk in self.cleaned_data.get("unanswered", ())]


def _asked_words(request: EvidenceRequest) -> str:
    about = request.criterion.label if request.criterion else "The whole assessment"
    since = day_in_words(timezone.localdate(request.asked_at))
    return f"{about}: “{request.question}” (asked on {since})"


class ReopenForm(forms.Form):
    reason = field_text(
        "Why is it reopened?",
        "For example: you sent registers that the coaches had not seen. The organisation reads "
        "it with the new version.",
        rows=3,
        max_length=2000,
        error_messages={"required": "Say why it is reopened."},
    )


class AnswerForm(forms.Form):
    answer = field_text(
        "Your answer",
        "Everybody in the organisation’s team can read it.",
        rows=6,
        max_length=5000,
        error_messages={"required": "Write an answer."},
    )
