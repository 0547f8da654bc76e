from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    name = "calibration"

    def ready(self) -> None:
        from accelerator.core import access, audit, rights, words
        from calibration.access import RIGHTS, grants
        from calibration.actions import KINDS
        from calibration.words import WORDS

        rights.declare("calibration", RIGHTS)
        words.declare("calibration", WORDS)
        audit.declare("calibration", KINDS)
        access.register(grants)
