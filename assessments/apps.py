from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        from accelerator.core import rights
        from assessments.access import RIGHTS

        rights.declare("assessments", RIGHTS)
