from django.core.management.base import BaseCommand

from accelerator.core import rights


class Command(BaseCommand):
    help = "Print who may do what: each role with every app's actions (held by tests/rights.txt)."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options) -> None:
        for line in rights.lines():
            self.stdout.write(line)
