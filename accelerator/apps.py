from django.apps import AppConfig
from django.core.checks import Tags, register


class AcceleratorConfig(AppConfig):
    name = "accelerator"
    verbose_name = "Programme"

    def ready(self) -> None:
        from accelerator.core import access, checks, rights
        from accelerator.programme.accounts import receivers

        receivers.connect()
        rights.declare("accelerator", access.RIGHTS)
        register(checks.uploads_are_scanned, Tags.security, deploy=True)
