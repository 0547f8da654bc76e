from typing import Any

from django import forms

from accelerator.core.text import plain_name
from accelerator.models import Cohort
from accelerator.programme.enrolling import queries
from accelerator.programme.enrolling.forms.entry import (
    MAX_NAME,
    EntryForm,
    FundersField,
    funders_of,
    other_funders,
)
from accelerator.programme.enrolling.rules import Alike, Standing, why_not
from accelerator.programme.enrolling.values import Entry

ANOTHER = "another"


class EnrolForm(EntryForm):
    """One enrolment. A name like that of a known organisation is asked about once, in `meant`."""

    funders = FundersField()
    new_funders = other_funders()

    field_order = (
        "organisation",
        "meant",
        "programme",
        "description",
        "funders",
        "new_funders",
        "email",
        "name",
        "job_role",
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cohort = cohort
        self.known = queries.organisations()
        self.fields["organisation"].widget.attrs |= {"list": "known", "autocomplete": "off"}
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        typed = plain_name(self.data.get("organisation", ""))
        if self._may_be_new(typed) and (alike := self._alike(typed)):
            self.fields["meant"] = forms.ChoiceField(
                label="Did you mean …?",
                choices=[
                    *((name, name) for name in alike),
                    (ANOTHER, f"No, “{typed}” is another organisation"),
                ],
                widget=forms.RadioSelect,
                error_messages={
                    "required": "An organisation with a name like this is known. Say which it is.",
                    "invalid_choice": "Say which organisation it is.",
                },
            )
            self.order_fields(self.field_order)

    def _may_be_new(self, typed: str) -> bool:
        return 0 < len(typed) <= MAX_NAME and self.known.find(typed) is None

    def _alike(self, typed: str) -> list[str]:
        return Alike(self.known.names()).to(typed)

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if "organisation" in cleaned and "email" in cleaned and "meant" not in self.errors:
            name = self._organisation(cleaned)
            known = self.known.find(name)
            standings = queries.standings(self._cohort, [known.pk] if known else [])
            standing = standings[known.pk] if known else Standing()
            if problem := why_not(known.name if known else name, standing, cleaned["email"]):
                self.add_error(*problem)
            self.standing = standing
        return cleaned

    def _organisation(self, cleaned: dict) -> str:
        meant = cleaned.get("meant", ANOTHER)
        return cleaned["organisation"] if meant == ANOTHER else meant

    @property
    def entry(self) -> Entry:
        given = self.cleaned_data
        return Entry(
            organisation=self._organisation(given),
            programme=given["programme"],
            description=given["description"],
            funders=funders_of(given["funders"], given["new_funders"]),
            email=given["email"],
            name=given["name"],
            job_role=given["job_role"],
        )
