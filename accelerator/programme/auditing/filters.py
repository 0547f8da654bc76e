from datetime import date, datetime, time, timedelta

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from accelerator.core import audit
from accelerator.models import AuditEvent, Cohort, Organisation, User
from accelerator.programme.auditing.queries import organisations_of
from accelerator.programme.auditing.rules import matching


class PeriodForm(forms.Form):
    def clean(self) -> dict:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "Choose the first day or a later one.")
        return cleaned


def day_filter(label: str, method: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label,
        method=method,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, such as 2026-11-30."},
    )


class AuditFilter(django_filters.FilterSet):
    """The log by words, kind, person, organisation and days."""

    words = django_filters.CharFilter(label="Words or names", method="with_words", max_length=100)
    kind = django_filters.ChoiceFilter(
        label="Kind",
        method="of_kind",
        empty_label="Any kind",
        error_messages={"invalid_choice": "Choose a kind from the list."},
    )
    person = django_filters.CharFilter(label="Done by", method="by_person", max_length=100)
    organisation = django_filters.ModelChoiceFilter(
        label="Organisation",
        queryset=Organisation.objects.none(),
        empty_label="Any organisation",
        error_messages={"invalid_choice": "Choose an organisation of this cohort."},
    )
    since = day_filter("From", "not_before")
    until = day_filter("To", "not_after")

    class Meta:
        form = PeriodForm

    def __init__(self, *args, cohort: Cohort, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.filters["organisation"].queryset = organisations_of(cohort)
        self.filters["kind"].extra["choices"] = [(slugify(kind), kind) for kind in audit.kinds()]

    def with_words(self, events: QuerySet, _name: str, value: str) -> QuerySet[AuditEvent]:
        said = {action: words for kind in audit.kinds().values() for action, words in kind.items()}
        return events.filter(
            Q(action__in=matching(value, said))
            | Q(actor__in=_named(value))
            | Q(organisation__in=Organisation.objects.filter(name__icontains=value).order_by())
        )

    def of_kind(self, events: QuerySet, _name: str, value: str) -> QuerySet[AuditEvent]:
        actions = {slugify(kind): each for kind, each in audit.kinds().items()}
        return events.filter(action__in=list(actions[value]))

    def by_person(self, events: QuerySet, _name: str, value: str) -> QuerySet[AuditEvent]:
        return events.filter(actor__in=_named(value))

    def not_before(self, events: QuerySet, _name: str, value: date) -> QuerySet[AuditEvent]:
        return events.filter(at__gte=_begins(value))

    def not_after(self, events: QuerySet, _name: str, value: date) -> QuerySet[AuditEvent]:
        return events.filter(at__lt=_begins(value + timedelta(days=1)))


def _named(part: str) -> QuerySet[User]:
    return User.objects.filter(name__icontains=part)


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
