from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    name = "calibration"

    def ready(self) -> None:
        from accelerator.core import access, rights
        from calibration.access import RIGHTS, grants

        rights.declare("calibration", RIGHTS)
        access.register(grants)
