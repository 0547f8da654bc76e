import os
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections

from accelerator.embedded import serve

FRAMEWORK = "fixtures/frameworks/confidence-framework-2.0.yaml"


class Command(BaseCommand):
    help = "Run the whole site on this machine: database, Redis, web and worker. HOST, PORT."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options) -> None:
        if settings.PRODUCTION:
            sys.exit(
                "ENVIRONMENT is production: run gunicorn and celery there (see Dockerfile), "
                "not `make run`."
            )
        host, port = serve.address()
        url = f"http://{host if host != '0.0.0.0' else '127.0.0.1'}:{port}"  # noqa: S104
        os.environ.setdefault("DEMO_MODE", "1" if settings.DEMO_MODE else "0")
        os.environ.setdefault("SITE_URL", url)
        os.environ.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{host}")
        os.environ["PYTHONUNBUFFERED"] = "1"
        account = " as lead@demo.example with password demo" if settings.DEMO_MODE else ""
        words = f"Open {url} and sign in{account} (Ctrl-C stops everything)."
        try:
            with serve.only_one(url):
                serve.check_port(host, port)
                self.prepare()
                status = serve.run(host, port, url, words=words, reload=settings.DEBUG)
                ended = "Stopped." if status == 0 else "Stopped, because a part ended by itself."
                self.stdout.write(ended)
        except KeyboardInterrupt:
            status = 130
        sys.exit(status)

    def prepare(self) -> None:
        """Migrate and load the demo; every step leaves alone what is there already."""
        self.stdout.write("Preparing the database ...")
        try:
            call_command("migrate", verbosity=0, interactive=False)
            call_command("load_framework", str(settings.BASE_DIR / FRAMEWORK))
            if settings.DEMO_MODE:
                call_command("load_demo")
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            sys.exit(f"The database does not answer. Check DATABASE_URL. ({reason})")
        connections.close_all()
