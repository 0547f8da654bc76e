from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from assessments.models import Framework
from calibration.reviewing.services.practice import publish_cases
from calibration.reviewing.source import PracticeFileError, check_against, read_practice


class Command(BaseCommand):
    help = "Validate a file of practice cases and add or correct them, by slug."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.yaml")

    def handle(self, *, file: Path, **options) -> None:
        try:
            found = read_practice(file)
            key, _, version = found.framework.partition("@")
            framework = Framework.objects.filter(key=key, version=version).first()
            if framework is None:
                raise CommandError(
                    f"{file.name}: {found.framework} is not published; load the framework first"
                )
            check_against(
                file,
                found,
                criteria=set(framework.criteria.values_list("code", flat=True)),
                levels=set(framework.levels.values_list("key", flat=True)),
            )
        except PracticeFileError as error:
            raise CommandError(str(error)) from error
        count = publish_cases(framework=framework, cases=found.cases)
        self.stdout.write(f"{count} practice cases are there.")
