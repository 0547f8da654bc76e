from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    name = "calibration"

    def ready(self) -> None:
        from accelerator.core import access, rights, words
        from calibration.access import RIGHTS, grants
        from calibration.words import WORDS

        rights.declare("calibration", RIGHTS)
        words.declare("calibration", WORDS)
        access.register(grants)
