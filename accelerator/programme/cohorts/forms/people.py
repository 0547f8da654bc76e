from collections.abc import Iterable

from django import forms
from django.db.models import Model

from accelerator.core.forms import field_of
from accelerator.models import Cohort, Institution, MatchFunder, Role
from accelerator.programme.team.forms import LetterForm


class InviteForm(LetterForm):
    """Somebody for a cohort: its moderator, or a coach or match funder at a place of its own."""

    place = forms.ChoiceField(
        label="What they will be",
        error_messages={
            "required": "Choose what they will be.",
            "invalid_choice": "That is not a place of this cohort. Choose one of the list.",
        },
    )

    def __init__(
        self,
        *args,
        cohort: Cohort,
        institutions: Iterable[Institution],
        funders: Iterable[MatchFunder],
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, tuple[Role, Model]] = {"moderator": (Role.MODERATOR, cohort)}
        self.places |= {f"coach-{one.pk}": (Role.COACH, one) for one in institutions}
        self.places |= {f"funder-{one.pk}": (Role.FUNDER, one) for one in funders}
        groups: dict[Role, list[tuple[str, str]]] = {}
        for key, (role, place) in self.places.items():
            groups.setdefault(role, []).append((key, f"{role.label}, {place}"))
        field_of(self, "place", forms.ChoiceField).choices = [
            ("", "Choose one"),
            *((role.label, options) for role, options in groups.items()),
        ]

    def letter(self) -> dict:
        """What is asked for, as `services.people.invite_to` takes it."""
        given = dict(self.cleaned_data)
        role, place = self.places[given.pop("place")]
        return given | {"role": role, "place": place}
