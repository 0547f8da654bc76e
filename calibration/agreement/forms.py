from django import forms

from assessments.framework.values import Catalogue

BASES = (("counted", "Counted criteria"), ("all", "All criteria"))


class AgreementForm(forms.Form):
    """What the agreement page counts. Anything unknown falls back to the default."""

    basis = forms.ChoiceField(label="Basis", choices=BASES, required=False)
    scope = forms.ChoiceField(label="Coefficients for", required=False)
    framework = forms.ChoiceField(label="Framework", required=False)

    def __init__(self, data, *, chosen: Catalogue, frameworks: dict[int, str]) -> None:
        super().__init__(data)
        self.fields["scope"].choices = [
            ("", "Whole cohort"),
            *((pillar.key, pillar.title) for pillar in chosen.pillars),
        ]
        self.fields["framework"].choices = [(str(pk), name) for pk, name in frameworks.items()]
        if len(frameworks) < 2:
            del self.fields["framework"]

    def picked(self, name: str) -> str:
        """The chosen value, or the field's first."""
        self.is_valid()
        return self.cleaned_data.get(name) or self.fields[name].choices[0][0]
