"""The Learning Hub's forms and filters, beside those that choose coaches."""

import django_filters
from django import forms
from django.db.models import Exists, F, OuterRef, QuerySet

from accelerator.models import Cohort, User
from assessments.catalogue import Catalogue
from assessments.forms import field_text
from assessments.models import Assessment
from calibration.models import CalibrationSettings, ReleaseQuestion, Review
from calibration.reports.progress import STAGES, overdue

OVERDUE = "overdue"
BASES = (("counted", "Counted criteria"), ("all", "All criteria"))


class CohortFilter(django_filters.FilterSet):
    """The cohort's list by state and coach, sorted."""

    round = django_filters.ChoiceFilter(
        label="Round", choices=Assessment.Round.choices, empty_label=None, method="keep"
    )
    state = django_filters.ChoiceFilter(
        label="State",
        choices=[*STAGES, (OVERDUE, "Overdue")],
        empty_label="Any state",
        method="filter_state",
    )
    coach = django_filters.ModelChoiceFilter(
        label="Coach", queryset=User.objects.none(), empty_label="Any coach", method="filter_coach"
    )
    sort = django_filters.ChoiceFilter(
        label="Sorted by",
        choices=[
            ("due", "Due date, soonest first"),
            ("stage", "State, furthest back first"),
            ("-stage", "State, furthest along first"),
        ],
        empty_label="Organisation, A to Z",
        method="order",
    )

    class Meta:
        form = forms.Form

    def __init__(self, *args, cohort: Cohort, rounds: set[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.filters["coach"].queryset = User.objects.filter(
            pk__in=Review.objects.current()
            .filter(calibration__assessment__enrolment__cohort=cohort)
            .order_by()
            .values("coach")
        ).order_by("name", "pk")
        if Assessment.Round.REASSESSMENT not in rounds:
            del self.filters["round"]

    def keep(self, queryset: QuerySet, _name: str, _value: str) -> QuerySet:
        """The view has applied the round: it decides what is annotated."""
        return queryset

    def filter_state(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(overdue()) if value == OVERDUE else queryset.filter(stage=value)

    def filter_coach(self, queryset: QuerySet, _name: str, value: User) -> QuerySet:
        mine = Review.objects.current().filter(
            coach=value, calibration__assessment=OuterRef("assessment_id")
        )
        return queryset.filter(Exists(mine))

    def order(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        first = {
            "due": F("due_on").asc(nulls_last=True),
            "stage": F("step").asc(),
            "-stage": F("step").desc(),
        }[value]
        return queryset.order_by(first, "organisation__name", "pk")


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


class SettingsForm(forms.ModelForm):
    class Meta:
        model = CalibrationSettings
        fields = ["hide_self_level", "require_practice"]
        labels = {
            "hide_self_level": "Hide the organisation’s own level from a coach until theirs is "
            "given",
            "require_practice": "Coaches do the practice cases before they are assigned",
        }


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


class AgreementForm(forms.Form):
    """What the agreement page counts. Anything unknown falls back to the default."""

    basis = forms.ChoiceField(label="Basis", choices=BASES, required=False)
    scope = forms.ChoiceField(label="Coefficients for", required=False)
    framework = forms.ChoiceField(label="Framework", required=False)

    def __init__(self, data, *, chosen: Catalogue, frameworks: dict[int, str]) -> None:
        super().__init__(data)
        self.fields["scope"].choices = [
            ("", "Whole cohort"),
            *((pillar.key, pillar.title) for pillar in chosen.pillars),
        ]
        self.fields["framework"].choices = [(str(pk), name) for pk, name in frameworks.items()]
        if len(frameworks) < 2:
            del self.fields["framework"]

    def picked(self, name: str) -> str:
        """The chosen value, or the field's first."""
        self.is_valid()
        return self.cleaned_data.get(name) or self.fields[name].choices[0][0]
