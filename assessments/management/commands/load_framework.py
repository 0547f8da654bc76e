from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from assessments.framework.services import FrameworkChanged, publish_framework
from assessments.framework.source import FrameworkFileError, read_framework


class Command(BaseCommand):
    help = "Validate a framework file and publish it as an immutable version."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.yaml")

    def handle(self, *, file: Path, **options) -> None:
        try:
            framework, new = publish_framework(data=read_framework(file))
        except FrameworkFileError as error:
            raise CommandError(str(error)) from error
        except FrameworkChanged as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(f"{framework} is {'now published' if new else 'already published'}.")
