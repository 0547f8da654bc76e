from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        from accelerator.core import audit, rights, words
        from assessments.access import RIGHTS
        from assessments.actions import KINDS
        from assessments.words import WORDS

        rights.declare("assessments", RIGHTS)
        words.declare("assessments", WORDS)
        audit.declare("assessments", KINDS)
