from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    name = "calibration"

    def ready(self) -> None:
        from accelerator.core import access
        from calibration.access import grants

        access.register(grants)
