import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accelerator.core.sbom import sbom


class Command(BaseCommand):
    help = "Prints what the site is made of (CycloneDX 1.6, JSON), from the lock files."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(sbom(settings.BASE_DIR), indent=2, ensure_ascii=False))
