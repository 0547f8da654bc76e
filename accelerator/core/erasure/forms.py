from collections.abc import Sequence

from django import forms

from accelerator.core.erasure.queries import Place
from accelerator.core.erasure.values import Kind
from accelerator.core.forms import field_of

SHORTEST = 2


class FindForm(forms.Form):
    words = forms.CharField(label="Find texts that contain", max_length=200, required=False)


class EraseForm(forms.Form):
    """What goes of one text. `shown_for` are the words that the page was last shown for."""

    only = forms.CharField(
        label="Only these words of it",
        help_text="For example a name, just as it is written. Leave it empty to remove all of it.",
        max_length=1000,
        required=False,
    )
    others = forms.MultipleChoiceField(
        label="The same words are written here too. Remove them here as well?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    kind = forms.ChoiceField(
        label="What kind of words are they?",
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what kind of words they are."},
    )
    reason = forms.CharField(
        label="Why are they removed?",
        help_text="This stays in the record. Do not repeat the words here.",
        max_length=300,
        error_messages={"required": "Say why they are removed."},
    )
    shown_for = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, place: Place, same: Sequence[Place], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        if place.text is None:
            del self.fields["only"]
        if same:
            field_of(self, "others", forms.MultipleChoiceField).choices = [
                (other.key, f"{other}: “{other.excerpt}”") for other in same
            ]
        else:
            del self.fields["others"]

    def clean_only(self) -> str:
        only = self.cleaned_data["only"]
        if only and only not in (self.place.text or ""):
            raise forms.ValidationError("These words are not in the text above.")
        if only and len(only) < SHORTEST:
            raise forms.ValidationError("Give at least two letters.")
        return only

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"]
        gone = self.cleaned_data.get("only") or self.place.text
        if gone and gone.strip().casefold() in reason.casefold():
            raise forms.ValidationError("Do not repeat the words here: the reason is kept.")
        return reason
