from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accelerator.management.people import person_named
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
        actor = person_named(by) if by else None
        removed = reset_second_factor(actor=actor, person=person_named(email), why=why)
        self.stdout.write(f"{removed} removed. At the next sign-in a new one is set up.")
