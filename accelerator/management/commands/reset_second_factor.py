from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accelerator.models import User
from accelerator.programme.accounts.services import reset_second_factor


class Command(BaseCommand):
    help = (
        "Removes a person's second factors and recovery codes, signs them out everywhere and "
        "writes to them. Make sure that it is them who ask: call them, or see them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--by", help="e-mail address of the staff member who decided it")
        parser.add_argument("--why", default="", help="kept in the audit trail")

    def handle(self, *args: Any, email: str, by: str | None, why: str, **options: Any) -> None:
        actor = self._person(by) if by else None
        removed = reset_second_factor(actor=actor, person=self._person(email), why=why)
        self.stdout.write(f"{removed} removed. At the next sign-in a new one is set up.")

    @staticmethod
    def _person(email: str) -> User:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody has the address {email}.")
        return person
