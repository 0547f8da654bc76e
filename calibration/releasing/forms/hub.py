"""The Learning Hub's forms and filters, beside those that choose coaches."""

import django_filters
from django import forms
from django.db.models import QuerySet

from accelerator.core.forms import field_text
from calibration.models import ReleaseQuestion


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
    message = field_text(
        "Message to the organisation",
        "It stands above their calibrated framework. For example: who to write to, and when "
        "you will meet.",
        required=False,
        rows=4,
        max_length=2000,
    )


class ReopenForm(forms.Form):
    reason = field_text(
        "Why is it reopened?",
        "For example: the organisation sent registers that the coaches had not seen.",
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
