import django_filters
from django import forms

from assessments.framework.values import Catalogue
from assessments.models import Evidence


class EvidenceFilter(django_filters.FilterSet):
    """The library's filters: words in the name, kind, criterion, used or not."""

    words = django_filters.CharFilter(
        label="Name contains", field_name="title", lookup_expr="icontains"
    )
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=Evidence.Kind.choices, empty_label="All kinds"
    )
    criterion = django_filters.ChoiceFilter(
        label="Used for", empty_label="Anything", method="filter_criterion"
    )

    class Meta:
        model = Evidence
        fields: list[str] = []
        form = forms.Form

    def __init__(self, *args, catalogue: Catalogue | None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.filters["criterion"].extra["choices"] = [
            ("none", "Not used yet"),
            *(catalogue.criterion_choices() if catalogue else ()),
        ]

    def filter_criterion(self, queryset, _name: str, value: str):
        if value == "none":
            return queryset.filter(uses=None)
        return queryset.filter(uses__rating__criterion__code=value).distinct()
