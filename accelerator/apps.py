from django.apps import AppConfig
from django.core.checks import Tags, register


class AcceleratorConfig(AppConfig):
    name = "accelerator"
    verbose_name = "Programme"

    def ready(self) -> None:
        from accelerator.core import access, checks, rights

        rights.declare("accelerator", access.RIGHTS)
        register(checks.uploads_are_scanned, Tags.security, deploy=True)
        register(checks.the_cache_is_its_own, Tags.security, deploy=True)
