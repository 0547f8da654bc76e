from django.apps import AppConfig


class AcceleratorConfig(AppConfig):
    name = "accelerator"
    verbose_name = "Programme"

    def ready(self) -> None:
        from accelerator.core import access, rights

        rights.declare("accelerator", access.RIGHTS)
