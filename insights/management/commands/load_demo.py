from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from assessments.framework.services import FrameworkChanged, publish_framework
from assessments.framework.source import read_framework
from insights.demo.programme import load_demo

PRACTICE = "fixtures/practice.yaml"
FRAMEWORK = "fixtures/frameworks/confidence-framework-2.0.yaml"


class Command(BaseCommand):
    help = "Load the synthetic demonstration programme (in demo mode only)."

    def handle(self, **options) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("Set DEMO_MODE=1 first: the demo accounts have a public password.")
        try:
            framework, _ = publish_framework(data=read_framework(settings.BASE_DIR / FRAMEWORK))
        except FrameworkChanged as error:
            raise CommandError(str(error)) from error
        call_command("load_practice", settings.BASE_DIR / PRACTICE, stdout=self.stdout)
        cohort = load_demo(framework=framework)
        self.stdout.write(f"{cohort} is loaded. Every organisation and rating in it is invented.")
