from django import forms


class FindPersonForm(forms.Form):
    words = forms.CharField(label="Name or e-mail address contains", max_length=150, required=False)


class AnonymiseForm(forms.Form):
    reason = forms.CharField(
        label="Why?",
        help_text="For example: they asked for it. This stays in the record; leave out their name.",
        max_length=300,
        error_messages={"required": "Say why they are anonymised."},
    )
