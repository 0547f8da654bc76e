import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from accelerator.models import Enrolment, EnrolmentFunder


class EnrolmentFilter(django_filters.FilterSet):
    """The cohort's organisations by words of a name, and by state."""

    words = django_filters.CharFilter(
        label="Organisation, programme or match funder", method="named"
    )
    state = django_filters.ChoiceFilter(
        label="State", choices=Enrolment.State.choices, empty_label="Any state"
    )

    class Meta:
        form = forms.Form

    def named(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        funded = EnrolmentFunder.objects.filter(
            enrolment=OuterRef("pk"), match_funder__name__icontains=value
        )
        return queryset.filter(
            Q(organisation__name__icontains=value)
            | Q(programme__name__icontains=value)
            | Exists(funded)
        )
