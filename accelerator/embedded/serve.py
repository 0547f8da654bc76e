"""The whole site on one machine: its processes under one supervisor, once for each checkout."""

import fcntl
import multiprocessing
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from accelerator.embedded import servers
from accelerator.embedded.keeper import dying_with_parent
from accelerator.embedded.supervisor import supervise

READY_SECONDS = 60
# Answers of a proxy must not stand in for the site's own.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def run(host: str, port: int, url: str, *, words: str, reload: bool) -> int:
    """Run until a part ends or Ctrl-C; the exit status. `words` are said once `url` answers."""
    herald = multiprocessing.Process(target=announce, args=(url, words, os.getpid()), daemon=True)
    herald.start()
    status = supervise(processes(host, port, reload=reload))
    herald.kill()
    servers.release(wait=20)
    return status


def processes(host: str, port: int, *, reload: bool) -> dict[str, list[str]]:
    """The commands to supervise, by name; the web processes notice changed code if `reload`."""
    python = sys.executable
    commands = {
        server: [python, "-m", "accelerator.embedded.watch", server] for server in servers.needed()
    }
    web = ["accelerator.wsgi", "--bind", f"{host}:{port}", "--workers", "2"]
    web += ["--graceful-timeout", "4", "--no-control-socket", "--log-level", "warning"]
    worker = ["-A", "accelerator", "worker"]
    worker += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    reports = ["--beat", "--schedule", str(servers.var_dir() / "celerybeat-schedule")]
    reports += ["--queues", "celery,sweep", "--concurrency", "2"]
    mail = ["--queues", "mail,sweep", "--pool", "threads", "--concurrency", "2"]
    mail += ["--hostname", "mail@%h"]
    # Whoever runs this as root knows it; production runs as a user of its own.
    quiet = ["-W", "ignore::UserWarning:celery.platforms"]
    if reload:
        web.append("--reload")
    return commands | {
        "web": [python, "-m", "gunicorn", *web],
        "worker": [python, *quiet, "-m", "celery", "-q", *worker, *reports],
        "mail": [python, *quiet, "-m", "celery", "-q", *worker, *mail],
    }


def announce(url: str, words: str, supervisor: int) -> None:
    """Print `words` once the site answers. Runs beside the supervisor, never outlives it."""
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
    print(words, flush=True)


def address() -> tuple[str, int]:
    """HOST and PORT of the environment; ends with one line if they are none."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT is {port!r}; use a number from 1 to 65535, for example make run PORT=8001.")
    return host, int(port)


def check_port(host: str, port: int) -> None:
    """End with one line if nothing can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            sys.exit(f"HOST is {host!r}, which is no address of this machine; use 127.0.0.1.")
        except OSError as error:
            sys.exit(
                f"Port {port} cannot be used ({str(error.strerror).lower()}). "
                f"Choose another: make run PORT={port + 1 if port >= 1024 else 8001}"
            )


@contextmanager
def only_one(url: str) -> Iterator[None]:
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
