from typing import Any

from django.core.management.base import BaseCommand

from accelerator.programme.accounts.services import seal_second_factors_afresh


class Command(BaseCommand):
    help = "Puts what is encrypted under today's SECRET_KEY, before SECRET_KEY_FALLBACKS go."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{seal_second_factors_afresh()} second factors are under today's key.")
