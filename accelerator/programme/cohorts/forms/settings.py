"""The settings of a cohort as one form, with those that other apps keep."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from accelerator.core.days import day_in_words
from accelerator.core.forms import DayField, NameField, field_of, field_text
from accelerator.models import Cohort
from accelerator.models.programme import SMALLEST_GROUP
from accelerator.programme.cohorts.forms.fields import (
    InstitutionsField,
    as_sent,
    plain_lines,
    read_of,
)
from accelerator.programme.cohorts.frame import sections, standing
from accelerator.programme.cohorts.queries.institutions import coaches_at
from accelerator.programme.cohorts.rules import DATES
from accelerator.programme.dates.rules import crossing

DATE_WORDS = {
    "starts_on": "The cohort begins",
    "explore_due": "Self-assessments are due (Explore)",
    "calibrate_due": "Calibrated frameworks are due (Calibrate)",
    "improve_due": "Improvement plans are due (Improve)",
    "review_due": "Re-assessments are due (Review)",
}


@dataclass(frozen=True)
class Part:
    """A titled part of the page."""

    title: str
    fields: list[BoundField]


@dataclass(frozen=True)
class Difference:
    """A setting of which somebody else's save and this form say two things.

    `is_kept`: this person changed it, so the form holds theirs; otherwise it took the other's.
    """

    label: str
    mine: str
    stands: str
    is_kept: bool


class CohortForm(forms.Form):
    """`read` is what was on the page: the version, and each value as a form sends it."""

    name = NameField(label="Name", max_length=200, error_messages={"required": "Name the cohort."})
    aims = field_text(
        "What is this cohort for?",
        "Its aims, in your own words. For the Learning Hub.",
        required=False,
        rows=5,
    )
    institutions = InstitutionsField()
    smallest_group = forms.IntegerField(
        label="Smallest group shown",
        help_text="Figures that leave the Learning Hub stand for at least so many organisations. "
        "Once figures were published it can only be raised.",
        min_value=SMALLEST_GROUP,
        max_value=1000,
        initial=SMALLEST_GROUP,
        error_messages={
            "required": f"Enter a number, {SMALLEST_GROUP} or more.",
            "min_value": f"Enter {SMALLEST_GROUP} or more: fewer could be told apart.",
        },
    )
    safeguarding_contact = field_text(
        "Whom to tell of a worry about a child",
        "Name, telephone number, e-mail address and hours.",
        required=False,
        rows=3,
        max_length=2000,
    )
    read = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, cohort: Cohort | None, initial: dict | None = None
    ) -> None:
        self.cohort = cohort
        stands = standing(cohort) if cohort else {}
        super().__init__(data, initial=stands | (initial or {}))
        for name in DATES:
            self.fields[name] = DayField(label=DATE_WORDS[name])
        self.others: dict[str, list[str]] = {}
        for section in sections():
            fields = section.form(cohort).fields
            self.others[section.title] = list(fields)
            self.fields |= fields
            if cohort is None:
                self.initial = {**section.stands(None), **self.initial}
        field_of(self, "institutions", InstitutionsField).coaches = coaches_at()
        if cohort:
            self.initial["read"] = read_of(cohort, stands)
        self.order_fields([one for names in self._named().values() for one in names])

    def _named(self) -> dict[str, Sequence[str]]:
        """The page in its order: the fields of each part, of which a form may lack some."""
        return {
            "The cohort": ["name", "slug", "aims"],
            "Dates": DATES,
            **self.others,
            "Institutions and their coaches": ["institutions"],
            "Moderators": ["moderators"],
            "What is published": ["smallest_group"],
            "Safeguarding": ["safeguarding_contact"],
        }

    @property
    def parts(self) -> list[Part]:
        found = [
            Part(title, [self[name] for name in names if name in self.fields])
            for title, names in self._named().items()
        ]
        return [part for part in found if part.fields]

    def only_to_read(self) -> None:
        for field in self.fields.values():
            field.disabled = True

    def clean_aims(self) -> str:
        return plain_lines(self.cleaned_data["aims"])

    def clean_safeguarding_contact(self) -> str:
        return plain_lines(self.cleaned_data["safeguarding_contact"])

    def clean_smallest_group(self) -> int:
        number = self.cleaned_data["smallest_group"]
        if self.cohort and (why := self.cohort.why_not_for(number)):
            raise forms.ValidationError(why)
        return number

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        for before, name in crossing([(name, cleaned[name]) for name in DATES if name in cleaned]):
            first = f"{DATE_WORDS[before]} on {day_in_words(cleaned[before])}"
            self.add_error(name, f"{DATE_WORDS[name]}: this is too early. {first}.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """The settings, as `frame.standing` gives them."""
        extra = ("read", "slug", "moderators")
        return {name: value for name, value in self.cleaned_data.items() if name not in extra}

    @property
    def read_version(self) -> int:
        return self._was_read.get("version", 0)

    @property
    def _was_read(self) -> dict:
        try:
            found = json.loads(self.cleaned_data["read"])
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _changed(self, name: str, value: Any) -> bool:
        return self._was_read.get(name) != as_sent(value)

    def differences(self, stands: Mapping[str, Any]) -> list[Difference]:
        """Where this form and what `stands` now say two things."""
        return [
            Difference(
                str(self.fields[name].label),
                self._in_words(name, mine),
                self._in_words(name, stands[name]),
                self._changed(name, mine),
            )
            for name, mine in self.values().items()
            if mine != stands[name]
        ]

    def after(self, cohort: Cohort) -> "CohortForm":
        """This form against what stands now: with all that this person changed, and nothing else.

        Saving it puts theirs in the place of the other's.
        """
        stands = standing(cohort)
        data = QueryDict(mutable=True)
        for name, mine in self.values().items():
            value = mine if self._changed(name, mine) else stands[name]
            data.setlist(name, as_sent(value))
        data["read"] = read_of(cohort, stands)
        return CohortForm(data, cohort=cohort)

    def _in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, InstitutionsField):
            names = [one.name for one in field.queryset or () if one.pk in value]
            return ", ".join(names) or "None chosen: every institution"
        if isinstance(field, forms.ModelChoiceField) and value:
            return field.label_from_instance(value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, date):
            return day_in_words(value)
        return str(value or "Nothing is written.")
