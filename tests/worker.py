"""Real Celery workers for tests: separate processes over the test database and a Redis of its own.

Use it in a test marked `django_db(transaction=True)`, so that other processes see its rows:

    def test_report(worker):
        worker()
        job = request_job(...)
        enqueue_job(job)
        wait_for(lambda: ReportJob.objects.get(pk=job.pk).state == "done")

`from tests.worker import broker, worker` makes the fixtures known to a test file.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import connection

from accelerator.embedded import servers
from tests.environment import PROCESS

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


def wait_for(condition: Callable[[], object], seconds: float = 30) -> object:
    """The first true value of `condition`, asked every 20 ms; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.02)
    return value


def database_url() -> str:
    """The address of the database the running test uses."""
    name = quote(connection.settings_dict["NAME"])
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


def broker_number() -> int:
    """A Redis database other than any test process's cache."""
    return 8 + PROCESS


class Worker:
    """One `celery worker` process with one child that does the work."""

    def __init__(self, number: int, environ: dict[str, str], log: Path) -> None:
        self.name = f"test{number}@localhost"
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    *("-W", "ignore", "-m", "celery", "-A", "accelerator", "worker"),
                    *("--concurrency", "1", "--hostname", self.name),
                    *("--without-gossip", "--without-mingle"),
                ],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not current_app.control.ping(destination=[self.name], timeout=0.3):
            ended = self.process.poll()
            assert ended is None, f"the worker ended with {ended}: {self.log.read_text()}"
            assert time.monotonic() < deadline, f"no answer: {self.log.read_text()}"

    @property
    def child(self) -> int:
        """The process id of the child that runs the tasks."""
        return wait_for(lambda: children(self.process.pid))[0]

    def freeze(self) -> None:
        """Stop the child where it is; `thaw` lets it go on."""
        os.kill(self.child, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.child, signal.SIGCONT)

    def kill_child(self) -> None:
        """`kill -9` of what does the work; the parent notices and starts another child."""
        os.kill(self.child, signal.SIGKILL)

    def kill(self) -> None:
        """`kill -9` of the worker and its child: nothing of it gets a last word."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let it finish what it does, as a deployment would; a frozen one is killed."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.kill()


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


@pytest.fixture
def broker(monkeypatch) -> Iterator[redis.Redis]:
    """An empty Redis database as this test's broker, here and in the workers it starts."""
    number = broker_number()
    if settings.REDIS_URL.startswith("unix://"):
        address = servers.redis_url(db=number)
        url = servers.broker_url(address)
    else:
        address = url = f"{settings.REDIS_URL.rpartition('/')[0]}/{number}"
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    forget_connections()
    with redis.Redis.from_url(address) as client:
        client.flushdb()
        yield client
        client.flushdb()
    forget_connections()


def forget_connections() -> None:
    """Make this process's Celery application connect anew, to where the broker is now."""
    current_app._pool = current_app.amqp._producer_pool = None


@pytest.fixture
def worker(transactional_db, broker, tmp_path) -> Iterator[Callable[..., Worker]]:
    """Starts a worker and returns it, ready: `worker()`, `worker(JOB_SILENT_SECONDS="1")`.

    Several may run. All are killed when the test ends.
    """
    started: list[Worker] = []

    def start(**more: str) -> Worker:
        environ = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "EVIDENCE_ROOT": str(settings.EVIDENCE_ROOT),
            "TMPDIR": str(tmp_path),  # what a killed worker leaves behind
            **more,
        }
        made = Worker(len(started), environ, tmp_path / f"worker{len(started)}.log")
        started.append(made)
        made.wait_until_ready()
        return made

    yield start
    for made in started:
        made.kill()
