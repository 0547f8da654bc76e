from collections.abc import Iterable

from django import forms
from django.contrib.auth import password_validation
from django.db.models import QuerySet

from accelerator.core.forms import NameField, field_of
from accelerator.core.rights import prose_of
from accelerator.models import Membership, Role, User


class LetterForm(forms.Form):
    """To whom an invitation is written."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter their e-mail address."},
    )
    name = NameField(label="Name", max_length=150, required=False)
    job_role = NameField(label="Their job", max_length=150, required=False)


class InviteForm(LetterForm):
    role = forms.ChoiceField(
        label="What they will be",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they will be."},
    )

    def __init__(self, *args, roles: Iterable[Role], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "role", forms.ChoiceField).choices = [
            (role, f"{role.label}: {prose_of(role)}") for role in roles
        ]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(
        Membership.objects.none(),
        label="Who becomes project lead?",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who becomes project lead."},
    )

    def __init__(self, *args, people: QuerySet[Membership], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        field.queryset = people  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: f"{one.user}, {one.get_role_display().lower()}"  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    name = NameField(
        label="Your name", max_length=150, error_messages={"required": "Enter your name."}
    )
    password = forms.CharField(
        label="A password",
        strip=False,
        error_messages={"required": "Choose a password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["password"].help_text = password_validation.password_validators_help_text_html()

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            person = User(email=self.email, name=cleaned.get("name", ""))
            try:
                password_validation.validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
