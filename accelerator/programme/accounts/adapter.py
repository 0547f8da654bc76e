"""How allauth behaves here: nobody signs up by themselves, and its mail leaves by the outbox."""

from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accelerator.core.mail.services import queue_mail
from accelerator.core.queue import enqueue


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        site = {"name": "Impact Accelerator", "domain": urlsplit(settings.SITE_URL).netloc}
        message = self.render_mail(template_prefix, email, {"current_site": site} | context)
        queue_mail(to=email, subject=message.subject, text=message.body)
        enqueue("accelerator.send_mail")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail: always this site, whatever host the request named."""
        path = reverse("account_reset_password_from_key", args=["uid", "key"])
        return settings.SITE_URL + path.replace("uid-key", quote(key))
