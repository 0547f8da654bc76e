"""How allauth behaves here: nobody signs up by themselves, its mail leaves by the outbox, and
what second factors rest on is kept encrypted."""

from typing import Any
from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.adapter import get_adapter as account_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accelerator.core.mail.services import queue_mail
from accelerator.core.queue import enqueue
from accelerator.core.recent import signed_in_lately
from accelerator.core.sealed import seal, unseal
from accelerator.models import User

SITE_NAME = "Impact Accelerator"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        site = {"name": SITE_NAME, "domain": urlsplit(settings.SITE_URL).netloc}
        message = self.render_mail(template_prefix, email, {"current_site": site} | context)
        queue_mail(
            to=email,
            subject=message.subject,
            text=message.body,
            withheld=context.get("withheld", False),
        )
        enqueue("accelerator.send_mail")

    def send_password_reset_mail(self, user: User, email: str, context: dict) -> None:
        """The same work for an address that nobody has: the letter is written and withheld."""
        super().send_password_reset_mail(user, email, context | {"withheld": not user.pk})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail: always this site, whatever host the request named."""
        path = reverse("account_reset_password_from_key", args=["uid", "key"])
        return settings.SITE_URL + path.replace("uid-key", quote(key))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not signed_in_lately(self.request)


def second_factor_address(user: User) -> str:
    """Where a second factor is shown, or set up by somebody who has none."""
    methods = account_adapter().get_reauthentication_methods(user)
    own = (method["url"] for method in methods if method["id"].startswith("mfa_"))
    return next(own) if user.has_second_factor else reverse("mfa_index")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That did not fit. Codes change every 30 seconds and work once; "
        "please try the next one.",
        "lost_key": "This was set up under a key that the site no longer has. Please ask the "
        "Learning Hub to reset your second factor.",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return unseal(encrypted_text)
        except InvalidToken:
            raise self.validation_error("lost_key") from None

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "My passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": SITE_NAME}
