import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from accelerator.embedded import root, servers

ROOT = Path(__file__).resolve().parents[3]
# What tests/environment.py and the caller chose for the tests is not for the site under test.
INHERITED = ("ENVIRONMENT", "DEMO_MODE", "EMAIL_URL", "EVIDENCE_ROOT", "SITE_URL", "HOST")
READY = re.compile(
    r"^Open (http://127\.0\.0\.1:\d+) and sign in as lead@demo\.example with password demo "
    r"\(Ctrl-C stops everything\)\.$"
)
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """`manage.py serve` in a state directory of its own."""

    def __init__(self, var: Path) -> None:
        self.var, self.port = var, free_port()
        unwanted = {*INHERITED, *servers.VARIABLES.values()}
        self.environment = {k: v for k, v in os.environ.items() if k not in unwanted} | {
            "ACCELERATOR_VAR": str(var),
            "PORT": str(self.port),
        }

    def command(self, **environment: str) -> dict:
        return {
            "args": [sys.executable, "manage.py", "serve"],
            "cwd": ROOT,
            "env": self.environment | environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
            "text": True,
        }

    def start(self) -> subprocess.Popen:
        site = subprocess.Popen(**self.command(), start_new_session=True)
        seen = []
        for line in site.stdout:
            seen.append(line)
            if READY.match(line):
                return site
        site.communicate()
        raise AssertionError("".join(seen))

    def refusal(self, **environment: str) -> str:
        """The one line of a start that is refused."""
        done = subprocess.run(**self.command(**environment), check=False, timeout=60)
        assert done.returncode == 1
        assert done.stdout.count("\n") == 1, done.stdout
        return done.stdout

    def processes(self) -> list[psutil.Process]:
        """Everything that was started for this state directory and has not ended."""
        place = servers.place(self.var)
        marks = [str(self.var), str(place.state), str(place.run)]
        found = []
        for process in psutil.process_iter(["environ", "cmdline", "status"]):
            about = f"{process.info['cmdline']}{process.info['environ']}"
            if process.info["status"] != psutil.STATUS_ZOMBIE and any(m in about for m in marks):
                found.append(process)
        return found

    def ended(self, seconds: float = 20) -> bool:
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self.processes()


def tidy(site: Site) -> None:
    """End what a failed test left, and remove what was kept outside of its folder."""
    if not site.ended():
        for process in site.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
    place = servers.place(site.var)
    shutil.rmtree(place.run, ignore_errors=True)
    if place.state.parent == root.STATE:
        shutil.rmtree(place.state, ignore_errors=True)


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path / "var")
    yield site
    tidy(site)


@dataclass
class Started:
    """A site, and its supervisor of the last start."""

    site: Site
    running: subprocess.Popen

    def stop(self) -> None:
        self.running.send_signal(signal.SIGINT)
        output, _ = self.running.communicate(timeout=30)
        assert self.running.returncode == 0, output
        assert output.endswith("Stopped.\n")
        assert "Traceback" not in output


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A site started for the first time, with everything that a first start makes."""
    site = Site(tmp_path_factory.mktemp("started") / "var")
    try:
        yield Started(site, site.start())
    finally:
        tidy(site)


def test_site_runs_once_and_ctrl_c_stops_everything_it_started(started, tmp_path):
    site, running = started.site, started.running
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    address = f"http://127.0.0.1:{site.port}"
    with urllib.request.urlopen(f"{address}/accounts/login/", timeout=10) as page:
        assert page.status == 200
        assert b"lead@demo.example" in page.read()

    again = site.refusal(PORT=str(free_port()))
    assert again.startswith(f"Already running at {address} (process {running.pid}).")
    taken = Site(tmp_path / "other").refusal(PORT=str(site.port))
    assert f"Port {site.port} cannot be used" in taken
    assert f"make run PORT={site.port + 1}" in taken

    commands = " ".join(str(process.cmdline()) for process in site.processes())
    for part in ("gunicorn", "celery", "bin/postgres", "redis-server"):
        assert part in commands
    started.stop()
    assert site.ended(seconds=2), site.processes()
    assert bystander.poll() is None
    bystander.communicate(b"\n")


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works(started):
    site = started.site
    if started.running.poll() is None:
        started.stop()
    running = site.start()
    # Only Linux ties lives together; elsewhere the supervisor needs its chance to tidy up.
    running.send_signal(signal.SIGKILL if sys.platform.startswith("linux") else signal.SIGHUP)
    running.communicate(timeout=30)
    assert site.ended(), site.processes()
    again = site.start()
    for process in site.processes():
        if "bin/postgres" in " ".join(process.cmdline()):
            process.kill()
    output, _ = again.communicate(timeout=60)
    assert again.returncode == 1
    assert "postgres no longer answers" in output
    assert output.endswith("Stopped, because a part ended by itself.\n")
    assert site.ended(), site.processes()


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_senseless_port_is_named(site, port):
    assert site.refusal(PORT=port) == (
        f"PORT is {port!r}; use a number from 1 to 65535, for example make run PORT=8001.\n"
    )


def test_production_is_not_served_this_way(site):
    line = site.refusal(
        ENVIRONMENT="production",
        SECRET_KEY="x" * 50,
        ALLOWED_HOSTS="localhost",
        SITE_URL="https://localhost",
        DATABASE_URL="postgres://localhost/none",
        REDIS_URL="redis://localhost",
        EMAIL_URL="dummymail://",
        DEFAULT_FROM_EMAIL="nobody@localhost",
        EVIDENCE_ROOT=str(site.var),
    )
    assert line.startswith("ENVIRONMENT is production")


def test_a_database_that_does_not_answer_is_one_line(site):
    done = subprocess.run(
        **site.command(
            DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/none",
            REDIS_URL="redis://127.0.0.1/0",
        ),
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    last = done.stdout.splitlines()[-1]
    assert last.startswith("The database does not answer. Check DATABASE_URL.")
    assert "Traceback" not in done.stdout
