from django import forms

from accelerator.core.forms import field_of
from assessments.framework.values import Catalogue
from assessments.rules.rounds import label_of

BASES = (("counted", "Counted criteria"), ("all", "All criteria"))


class AgreementForm(forms.Form):
    """What the agreement page counts. Anything unknown falls back to the default."""

    basis = forms.ChoiceField(label="Basis", choices=BASES, required=False)
    scope = forms.ChoiceField(label="Coefficients for", required=False)
    framework = forms.ChoiceField(label="Framework", required=False)
    round = forms.ChoiceField(label="Round", required=False)

    def __init__(
        self, data, *, chosen: Catalogue, frameworks: dict[int, str], rounds: list[int]
    ) -> None:
        super().__init__(data)
        field_of(self, "scope", forms.ChoiceField).choices = [
            ("", "Whole cohort"),
            *((pillar.key, pillar.title) for pillar in chosen.pillars),
        ]
        field_of(self, "framework", forms.ChoiceField).choices = [
            (str(pk), name) for pk, name in frameworks.items()
        ]
        if len(frameworks) < 2:
            del self.fields["framework"]
        self.rounds = rounds
        self.firsts = {"basis": BASES[0][0], "scope": "", "round": str(rounds[0])}
        field_of(self, "round", forms.ChoiceField).choices = [
            (str(one), label_of(one)) for one in rounds
        ]
        if len(rounds) < 2:
            del self.fields["round"]

    def picked(self, name: str) -> str:
        """The chosen value, or the field's first."""
        self.is_valid()
        return self.cleaned_data.get(name) or self.firsts[name]

    @property
    def picked_round(self) -> int:
        return int(self.picked("round")) if "round" in self.fields else self.rounds[0]
