import fcntl
import multiprocessing
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections

from accelerator.embedded import servers
from accelerator.embedded.keeper import dying_with_parent
from accelerator.embedded.supervisor import supervise

FRAMEWORK = "fixtures/frameworks/confidence-framework-2.0.yaml"
READY_SECONDS = 60
# Answers of a proxy must not stand in for the site's own.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Command(BaseCommand):
    help = "Run the whole site on this machine: database, Redis, web and worker. HOST, PORT."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options) -> None:
        if settings.PRODUCTION:
            sys.exit(
                "ENVIRONMENT is production: run gunicorn and celery there (see Dockerfile), "
                "not `make run`."
            )
        host, port = address()
        url = f"http://{host if host != '0.0.0.0' else '127.0.0.1'}:{port}"  # noqa: S104
        os.environ.setdefault("DEMO_MODE", "1" if settings.DEMO_MODE else "0")
        os.environ.setdefault("SITE_URL", url)
        os.environ.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{host}")
        os.environ["PYTHONUNBUFFERED"] = "1"
        try:
            with only_one(url):
                check_port(host, port)
                self.prepare()
                status = self.run(host, port, url)
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

    def run(self, host: str, port: int, url: str) -> int:
        herald = multiprocessing.Process(target=announce, args=(url, os.getpid()), daemon=True)
        herald.start()
        status = supervise(processes(host, port))
        herald.kill()
        servers.release(wait=20)
        self.stdout.write("Stopped." if status == 0 else "Stopped, because a part ended by itself.")
        return status


def processes(host: str, port: int) -> dict[str, list[str]]:
    """The commands to supervise, by name."""
    python = sys.executable
    commands = {
        server: [python, "-m", "accelerator.embedded.watch", server] for server in servers.needed()
    }
    web = ["accelerator.wsgi", "--bind", f"{host}:{port}", "--workers", "2"]
    web += ["--graceful-timeout", "4", "--no-control-socket", "--log-level", "warning"]
    worker = ["-A", "accelerator", "worker", "--beat", "--concurrency", "2"]
    worker += ["--schedule", str(servers.var_dir() / "celerybeat-schedule")]
    worker += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    # Whoever runs this as root knows it; production runs as a user of its own.
    quiet = ["-W", "ignore::UserWarning:celery.platforms"]
    if settings.DEBUG:
        web.append("--reload")
    return commands | {
        "web": [python, "-m", "gunicorn", *web],
        "worker": [python, *quiet, "-m", "celery", "-q", *worker],
    }


def announce(url: str, supervisor: int) -> None:
    """Say where the site is once it answers. Runs beside the supervisor, never outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if tie := dying_with_parent(signal.SIGKILL, parent=supervisor):
        tie()
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with DIRECT.open(f"{url}/health/ready/", timeout=5):
                break
        except OSError:
            time.sleep(0.1)
    else:
        print("The site does not answer yet; the lines above should say why.", flush=True)
        return
    account = " as lead@demo.example with password demo" if settings.DEMO_MODE else ""
    print(f"Open {url} and sign in{account} (Ctrl-C stops everything).", flush=True)


def address() -> tuple[str, int]:
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT is {port!r}; use a number from 1 to 65535, for example make run PORT=8001.")
    return host, int(port)


def check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            sys.exit(f"HOST is {host!r}, which is no address of this machine; use 127.0.0.1.")
        except OSError as error:
            sys.exit(
                f"Port {port} cannot be used ({error.strerror.lower()}). "
                f"Choose another: make run PORT={port + 1 if port >= 1024 else 8001}"
            )


@contextmanager
def only_one(url: str):
    """Hold this checkout's lock while the site runs; end with one line if it runs already."""
    path = servers.var_dir() / "serve.lock"
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = lock.read().strip() or "an address it has yet to choose"
            sys.exit(
                f"Already running at {running}. "
                "Stop that one with Ctrl-C in its terminal before starting another."
            )
        lock.truncate()
        lock.write(f"{url} (process {os.getpid()})")
        lock.flush()
        yield
