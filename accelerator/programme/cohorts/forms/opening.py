"""A cohort that is to be made, afresh or as a copy."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.text import slugify

from accelerator.core.forms import DayField
from accelerator.models import Cohort, User
from accelerator.programme.cohorts.forms.settings import CohortForm

# Addresses of pages that stand where a cohort's does.
RESERVED = frozenset({"new"})


class NewCohortForm(CohortForm):
    """A cohort that is to be made. `moderators`: those of an earlier one who may come along."""

    slug = forms.SlugField(
        label="Address",
        help_text="The end of its web address, such as autumn-2027. Left empty, it is made from "
        "the name. It cannot be changed later.",
        max_length=50,
        required=False,
        error_messages={
            "invalid": "Use small letters, figures and hyphens only, such as autumn-2027."
        },
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict | None = None,
        moderators: Iterable[User] = (),
    ) -> None:
        super().__init__(data, cohort=None, initial=initial)
        del self.fields["read"]
        people = {str(one.pk): one for one in moderators}
        self.people = people
        if people:
            self.fields["moderators"] = forms.MultipleChoiceField(
                label="Who moderates this cohort too?",
                help_text="Each of them is written to.",
                choices=[(key, str(one)) for key, one in people.items()],
                initial=list(people),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict:
        cleaned = super().clean()
        if "slug" not in self.errors and "name" in cleaned:
            made = slugify(cleaned["name"])[:50].strip("-")
            cleaned["slug"] = cleaned.get("slug", "").lower() or made
            if why := self._why_not(cleaned["slug"]):
                self.add_error("slug", why)
        return cleaned

    @staticmethod
    def _why_not(slug: str) -> str:
        if not slug:
            return "No address can be made from this name. Write one, such as autumn-2027."
        if slug in RESERVED:
            return f"“{slug}” is the address of another page. Choose another."
        if Cohort.objects.filter(slug=slug).exists():
            return f"Another cohort has the address “{slug}” already. Choose another."
        return ""

    def moderators(self) -> list[User]:
        return [self.people[key] for key in self.cleaned_data.get("moderators", ())]


class StartForm(forms.Form):
    """When a copy of an earlier cohort begins."""

    starts_on = DayField(label="The new cohort begins")
