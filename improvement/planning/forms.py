"""An objective, with the criteria it is to lift."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from accelerator.core.forms import field_text
from assessments.framework.values import Catalogue, PillarInfo
from improvement.models import Objective
from improvement.planning.services import Written

ANY = "any"


class ReadAgain(forms.Form):
    """A form with the `version` that was read."""

    data: MultiValueDict[str, Any]  # as it is posted

    def read_again(self, version: int) -> None:
        """Show what stands now as read, so that saving once more replaces it."""
        self.data = self.data.copy()
        self.data["version"] = str(version)


class ObjectiveForm(ReadAgain):
    """`version` is the one that was read; 0 for a new objective."""

    title = forms.CharField(
        label="What do you want to be better at?",
        help_text="In a few words, such as “Know who stops coming, and act on it”.",
        max_length=150,
        error_messages={"required": "Say what you want to be better at."},
    )
    why = field_text("Why this?", "What you saw, or what the coaches said.", required=False)
    known_by = field_text(
        "How will you know?",
        "What you would see in a year and do not see now.",
        required=False,
    )
    horizon = forms.ChoiceField(
        label="By when?", choices=Objective.Horizon.choices, widget=forms.RadioSelect
    )
    depth = forms.ChoiceField(
        label="How much work is it?", choices=Objective.Depth.choices, widget=forms.RadioSelect
    )
    support = forms.ChoiceField(
        label="What support would you like?",
        choices=Objective.Support.choices,
        widget=forms.RadioSelect,
    )
    tags = forms.MultipleChoiceField(
        label="What is it about?",
        choices=Objective.Tag.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args, framework: Catalogue, today: Mapping[int, int | None], **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.framework = framework
        for criterion in framework.criteria:
            self.fields[aim_name(criterion.id)] = forms.ChoiceField(
                label=criterion.label,
                choices=_choices(framework, today.get(criterion.id)),
                required=False,
                widget=forms.Select(attrs={"class": "form-control pick"}),
            )

    def written(self) -> Written:
        cleaned = self.cleaned_data
        return Written(
            **{name: cleaned[name] for name in ("title", "why", "known_by")},
            **{name: cleaned[name] for name in ("horizon", "depth", "support")},
            tags=tuple(cleaned["tags"]),
        )

    def aims(self) -> dict[int, int | None]:
        """Criterion's id → target level or None."""
        chosen = {one.id: self.cleaned_data[aim_name(one.id)] for one in self.framework.criteria}
        return {pk: None if aim == ANY else int(aim) for pk, aim in chosen.items() if aim}

    def pillars(self) -> list[tuple[PillarInfo, list[forms.BoundField], bool]]:
        """The fields of criteria by pillar, and whether something is chosen there."""
        found = []
        for pillar in self.framework.pillars:
            fields = [self[aim_name(criterion.id)] for criterion in pillar.criteria]
            found.append((pillar, fields, any(field.value() for field in fields)))
        return found


def aim_name(criterion: int) -> str:
    return f"aim_{criterion}"


def _choices(framework: Catalogue, today: int | None) -> list[tuple[str, str]]:
    above = [level for level in framework.levels if today is None or level.value > today]
    return [
        ("", "Not part of it"),
        (ANY, "Lift it, no level named"),
        *((str(level.value), f"Aim for {level.short.lower()}") for level in above),
    ]


def initial_of(objective: Objective) -> dict[str, Any]:
    fields = {name: getattr(objective, name) for name in Written.__dataclass_fields__}
    aims = {
        aim_name(aim.criterion_id): ANY if aim.target is None else str(aim.target)
        for aim in objective.aims.all()
    }
    return fields | aims | {"version": objective.version}
