import re
import struct
from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.http import HttpRequest

from accelerator.core.forms import NameField
from accelerator.core.text import storable
from accelerator.models import User
from accelerator.programme.accounts.adapter import SecondFactorAdapter

# A code is good for its own half minute, the one before and the one after.
CODE_SECONDS = 90
WRONG_CODE = SecondFactorAdapter.error_messages["incorrect_code"]
# What reading bytes that no authenticator made may raise.
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, struct.error)


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        field_classes = {"name": NameField}
        labels = {"name": "Your name"}
        help_texts = {"name": "Colleagues and coaches see it beside what you write."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", "Save my name"))


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].label = "Stay signed in when I close the browser"


class ForgottenPasswordForm(ResetPasswordForm):
    """Writes a letter for an address that nobody has, too: the answer takes as long."""

    users: list[User]

    def save(self, request: HttpRequest, **kwargs) -> str:
        nobody = User(pk=0, email=self.cleaned_data["email"], password=make_password(None))
        self.users = self.users or [nobody]
        return super().save(request, **kwargs)


class _Code(forms.Form):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"placeholder": "", "inputmode": "numeric"}


class _CodeOnce(_Code):
    """A code of an app works once, as long as it would be accepted."""

    authenticator: Authenticator
    user: User

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code"
        self.fields["code"].help_text = "Six digits from your app, or one of your recovery codes."

    def clean_code(self) -> str:
        code = super().clean_code()  # type: ignore[misc]
        digits = re.sub(r"\D", "", code)
        if self.authenticator.type == Authenticator.Type.TOTP and not cache.add(
            f"code-used:{self.user.pk}:{digits}", "yes", CODE_SECONDS
        ):
            raise forms.ValidationError(WRONG_CODE)
        return code


class CodeForm(_CodeOnce, AuthenticateForm):
    """At sign-in."""


class CodeAgainForm(_CodeOnce, ReauthenticateForm):
    """Before something that asks for a recent sign-in."""


class AuthenticatorAppForm(_Code, ActivateTOTPForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "The six digits that the app shows"


class CredentialField(forms.JSONField):
    """JSON that the database can hold. What was posted once is not shown again."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        credential = super().to_python(value)
        if not storable(credential):
            raise forms.ValidationError(WRONG_CODE)
        return credential

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class _Credential(forms.Form):
    """What a browser hands over for an authenticator; anybody can post anything instead."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField()

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except MALFORMED:
            self.cleaned_data = {}
            self.add_error("credential", WRONG_CODE)


class PasskeyForm(_Credential, AddWebAuthnForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = NameField(
            label="A name for it", max_length=100, help_text="So that you know it in the list."
        )
        self.fields["name"].required = False
        self.fields["passwordless"].label = "Let it stand for my password too"
        self.fields[
            "passwordless"
        ].help_text = "Your device then asks for your finger, face or PIN."
        self.initial.setdefault("passwordless", True)


class PasskeyNameForm(EditWebAuthnForm):
    name = NameField(label="Its name", max_length=100)


class PasskeyAtSignInForm(_Credential, AuthenticateWebAuthnForm):
    """As the second factor."""


class PasskeyAloneForm(_Credential, LoginWebAuthnForm):
    """Instead of a password."""


class PasskeyAgainForm(_Credential, ReauthenticateWebAuthnForm):
    """Before something that asks for a recent sign-in."""
