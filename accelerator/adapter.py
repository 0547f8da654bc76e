"""How allauth behaves here: nobody signs up by themselves, and its mail leaves by the outbox."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accelerator.services.mail import queue_mail
from accelerator.tasks import enqueue


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        message = self.render_mail(template_prefix, email, context)
        queue_mail(to=email, subject=message.subject, text=message.body)
        enqueue("accelerator.send_mail")
