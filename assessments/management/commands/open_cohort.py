from django.core.management.base import BaseCommand, CommandError

from accelerator.models import Cohort
from assessments.framework.services import open_framework
from assessments.models import Framework


class Command(BaseCommand):
    help = "Open a published framework version for a cohort's self-assessments."

    def add_arguments(self, parser) -> None:
        parser.add_argument("cohort", metavar="SLUG")
        parser.add_argument("framework", metavar="KEY@VERSION")

    def handle(self, *, cohort: str, framework: str, **options) -> None:
        key, _, version = framework.partition("@")
        found = Framework.objects.filter(key=key, version=version).first()
        if found is None:
            published = ", ".join(str(one) for one in Framework.objects.all()) or "none"
            raise CommandError(f"No framework {framework} is published. Published: {published}.")
        row = Cohort.objects.filter(slug=cohort).first()
        if row is None:
            raise CommandError(f"There is no cohort {cohort!r}.")
        open_framework(cohort=row, framework=found)
        self.stdout.write(f"{row} now begins assessments on {found}.")
