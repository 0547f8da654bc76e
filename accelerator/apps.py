from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class AcceleratorConfig(AppConfig):
    name = "accelerator"
    verbose_name = "Programme"

    def ready(self) -> None:
        from accelerator.core import access, audit, checks, redaction, rights, words
        from accelerator.programme.accounts import receivers

        receivers.connect()
        rights.declare("accelerator", access.RIGHTS)
        words.declare("accelerator", words.WORDS)
        audit.declare("accelerator", audit.ACTIONS)
        post_migrate.connect(redaction.install, sender=self)
        register(checks.uploads_are_scanned, Tags.security, deploy=True)
        register(checks.the_cache_is_its_own, Tags.security, deploy=True)
