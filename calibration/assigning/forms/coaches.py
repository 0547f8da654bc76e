"""Choosing coaches: who can be chosen, who cannot and why."""

from collections.abc import Mapping, Sequence
from datetime import date

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from accelerator.core.forms import DayField
from accelerator.models import User
from assessments.models import Assessment
from calibration.assigning.queries.coaches import CoachLoad
from calibration.assigning.queries.eligibility import pair_problem

REASON = 300


class CoachSelect(forms.Select):
    """A select in which a coach who cannot be chosen is disabled."""

    impossible: frozenset[str] = frozenset()

    def create_option(self, name, value, *args, **kwargs) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.impossible:
            option["attrs"]["disabled"] = True
        return option


class CoachField(forms.ChoiceField):
    """One coach, grouped by institution with their load. Cleans to a CoachLoad, or None."""

    widget = CoachSelect

    def __init__(
        self,
        *,
        coaches: Sequence[CoachLoad],
        reasons: Mapping[int, str],
        empty: str = "Choose a coach",
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.coaches = {str(row.user.pk): row for row in coaches}
        self.reasons = reasons
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, row in self.coaches.items():
            who = f"{row.user}, {row.institution}"
            label = f"{who}: {reasons.get(row.user.pk) or f'{row.everywhere} open'}"
            groups.setdefault(str(row.institution), []).append((key, label))
        self.choices = [("", empty), *groups.items()]
        self.widget.impossible = frozenset(str(pk) for pk in reasons)

    def clean(self, value: str) -> CoachLoad | None:
        coach = self.coaches.get(super().clean(value))
        if coach and (why := self.reasons.get(coach.user.pk)):
            raise forms.ValidationError(f"{coach.user} cannot be chosen: {why}.")
        return coach


class DueField(DayField):
    """A day on which reviews are due: today or later."""

    def __init__(self, *, label: str = "Reviews are due", **kwargs) -> None:
        super().__init__(label=label, **kwargs)

    def clean(self, value: str):
        day = super().clean(value)
        if day and day < timezone.localdate():
            raise forms.ValidationError("Choose today or a later day.")
        return day


class AssignForm(forms.Form):
    """The two coaches of one calibration, and when they are due."""

    def __init__(
        self, *args, coaches: Sequence[CoachLoad], reasons: Mapping[int, str], **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("first", "Coach A"), ("second", "Coach B")):
            self.fields[name] = CoachField(
                label=label,
                coaches=coaches,
                reasons=reasons,
                error_messages={"required": f"Choose {label}."},
            )
        self.fields["due_on"] = DueField()

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        if why := pair_problem(cleaned.get("first"), cleaned.get("second")):
            self.add_error("second", why)
        return cleaned

    @property
    def pair(self) -> list[User]:
        return [self.cleaned_data[name].user for name in ("first", "second")]


class SuggestionsForm(forms.Form):
    """A pair for each of several assessments. A row left empty is left for another time.

    `reasons`: assessment id → coach id → why they cannot be chosen for it. `own_due`: assessment
    id → the day of its organisation's own, which the one day for all does not move.
    """

    def __init__(
        self,
        *args,
        assessments: Sequence[Assessment],
        coaches: Sequence[CoachLoad],
        reasons: Mapping[int, Mapping[int, str]],
        own_due: Mapping[int, date],
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.assessments = list(assessments)
        self.own_due = own_due
        self.fields["due_on"] = DueField()
        for assessment in self.assessments:
            organisation = assessment.enrolment.organisation
            for name, label in (("first", "Coach A"), ("second", "Coach B")):
                self.fields[f"{name}-{assessment.pk}"] = CoachField(
                    label=format_html(
                        '{}<span class="visually-hidden"> for {}</span>', label, organisation
                    ),
                    coaches=coaches,
                    reasons=reasons[assessment.pk],
                    empty="Not now",
                    required=False,
                )

    def rows(self) -> list[dict]:
        return [
            {
                "assessment": assessment,
                "first": self[f"first-{assessment.pk}"],
                "second": self[f"second-{assessment.pk}"],
                "own_due": self.own_due.get(assessment.pk),
            }
            for assessment in self.assessments
        ]

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        for assessment in self.assessments:
            names = [f"first-{assessment.pk}", f"second-{assessment.pk}"]
            if any(name in self.errors for name in names):
                continue
            first, second = (cleaned.get(name) for name in names)
            problem = pair_problem(first, second)
            if (first is None) != (second is None):
                problem = "Choose both coaches, or “Not now” for both."
            if problem:
                self.refuse(assessment.pk, problem)
        if not self.errors and not self.pairs():
            raise forms.ValidationError("Choose a pair for at least one organisation.")
        return cleaned

    def refuse(self, assessment_id: int, why: str) -> None:
        """Say beside a row's second coach why it cannot be assigned."""
        organisation = next(
            one.enrolment.organisation for one in self.assessments if one.pk == assessment_id
        )
        self.add_error(f"second-{assessment_id}", f"{organisation}: {why}")

    def pairs(self) -> dict[Assessment, tuple[User, User]]:
        """The rows that have both coaches."""
        return {
            assessment: (first.user, second.user)
            for assessment in self.assessments
            if (first := self.cleaned_data.get(f"first-{assessment.pk}"))
            and (second := self.cleaned_data.get(f"second-{assessment.pk}"))
        }


def reason_field(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=REASON,
        error_messages={"required": "Give a reason."},
    )


class SeatForm(forms.Form):
    """Who takes an empty seat."""

    def __init__(
        self,
        *args,
        coaches: Sequence[CoachLoad],
        reasons: Mapping[int, str],
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coach"] = CoachField(
            label="Who takes the seat?",
            coaches=coaches,
            reasons=reasons,
            error_messages={"required": "Choose a coach."},
        )


class ReplaceForm(forms.Form):
    """Why a coach is taken off, and who takes over, if anybody does yet."""

    reason = reason_field(
        "Why is the coach replaced?",
        "For example: ill for a month. It is kept in the record.",
    )

    def __init__(
        self, *args, coaches: Sequence[CoachLoad], reasons: Mapping[int, str], **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coach"] = CoachField(
            label="Who takes over?",
            coaches=coaches,
            reasons=reasons,
            empty="Nobody yet: leave the seat empty",
            required=False,
        )
