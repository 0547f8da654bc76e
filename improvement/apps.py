from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    name = "improvement"

    def ready(self) -> None:
        from accelerator.core import audit, rights, words
        from improvement.access import RIGHTS
        from improvement.auditing import KINDS
        from improvement.words import WORDS

        rights.declare("improvement", RIGHTS)
        words.declare("improvement", WORDS)
        audit.declare("improvement", KINDS)
