import django_filters
from django import forms
from django.db.models import Exists, F, OuterRef, QuerySet

from accelerator.models import Cohort, User
from assessments.rules.rounds import BASELINE, label_of
from calibration.models import Review
from insights.overview.queries.stages import STAGES, overdue

OVERDUE = "overdue"


class CohortFilter(django_filters.FilterSet):
    """The cohort's list by state and coach, sorted."""

    round = django_filters.ChoiceFilter(label="Round", choices=[], empty_label=None, method="keep")
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

    def __init__(self, *args, cohort: Cohort, rounds: list[int], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.filters["coach"].queryset = User.objects.filter(
            pk__in=Review.objects.current()
            .filter(calibration__assessment__enrolment__cohort=cohort)
            .order_by()
            .values("coach")
        ).order_by("name", "pk")
        if rounds == [BASELINE]:
            del self.filters["round"]
        else:
            self.filters["round"].extra["choices"] = [(one, label_of(one)) for one in rounds]

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
