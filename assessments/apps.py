from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        from accelerator.core import rights, words
        from assessments.access import RIGHTS
        from assessments.words import WORDS

        rights.declare("assessments", RIGHTS)
        words.declare("assessments", WORDS)
