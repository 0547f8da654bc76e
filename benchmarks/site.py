"""The site as production runs it, on servers of its own, each of which can be killed."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from celery import current_app

from accelerator.core.queue import BROKER_AWAY
from accelerator.embedded import servers
from accelerator.embedded.keeper import Keeper, dying_with_parent

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


def until(condition: Callable[[], object], seconds: float = START_SECONDS) -> None:
    """Ask every 50 ms until it is so; RuntimeError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds:.0f} s in vain for {condition.__qualname__}")
        time.sleep(0.05)


class Server:
    """An embedded server without the keeper's process: PostgreSQL, the queue or the cache."""

    def __init__(self, spot: servers.Place, name: str, log: Path) -> None:
        self._task = servers.task_of(spot, name)
        self._log = log.open("ab")
        self._keeper = Keeper(self._task, self._log)

    def start(self) -> None:
        """Return once it answers; what a killed one leaves may refuse the first tries."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._keeper = Keeper(self._task, self._log)
            try:
                return self._keeper.start()
            except RuntimeError:
                self._keeper.stop()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        if child := self._keeper.child:
            child.kill()
            child.wait()

    def stop(self) -> None:
        self._keeper.stop()
        self._log.close()


class Part:
    """One of the site's commands, in a group of processes of its own."""

    def __init__(self, command: list[str], log: Path, answers: Callable[[], bool]) -> None:
        self._command, self._log, self._answers = command, log, answers
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Return once it answers; RuntimeError with its last words when it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )
        try:
            until(self._answers)
        except RuntimeError as error:
            raise RuntimeError(f"{error}: {self._log.read_text()[-2000:]}") from error

    def kill(self) -> None:
        """`kill -9` of all its processes."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def kill_child(self) -> None:
        """`kill -9` of one of those that do the work; its parent starts another."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)

    def stop(self) -> None:
        if not self._process or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()


class Site:
    """Everything of docker-compose.yml but the proxy, over a state directory."""

    def __init__(self, var: Path) -> None:
        self._spot = servers.place(var)
        servers.prepare(self._spot)
        logs = var / "logs"
        logs.mkdir()
        self.servers = {
            name: Server(self._spot, name, logs / f"{name}.log") for name in servers.VARIABLES
        }
        self.port = _free_port()
        commands = {name: self._command(name) for name in ("worker", "mail", "beat")}
        # In compose each has a host of its own, and so a name.
        commands["mail"] += ["--hostname", "mail@%h"]
        commands["web"] = [sys.executable, "-m", "gunicorn", "accelerator.wsgi"]
        commands["web"] += ["--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        commands["web"] += ["--no-control-socket", "--log-level", "warning"]
        answers = {"web": self._served, "worker": _pong("celery"), "mail": _pong("mail")}
        self.parts = {
            name: Part(command, logs / f"{name}.log", answers.get(name, _assumed))
            for name, command in commands.items()
        }

    def _command(self, service: str) -> list[str]:
        """As docker-compose.yml says it."""
        composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        command = [sys.executable, *composed["services"][service]["command"][1:]]
        schedule = str(self._spot.var / "celerybeat-schedule")
        return [schedule if part.endswith("/celerybeat-schedule") else part for part in command]

    def _served(self) -> bool:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            link.request("GET", "/health/ready/", headers={"Host": "localhost"})
            return link.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()

    def stop(self) -> None:
        """End everything, and remove what it left."""
        for part in (*self.parts.values(), *self.servers.values()):
            part.stop()
        for folder in (self._spot.state, self._spot.run):
            shutil.rmtree(folder, ignore_errors=True)


def _assumed() -> bool:
    """Of a part that nobody can ask."""
    return True


def _pong(name: str) -> Callable[[], bool]:
    def answers() -> bool:
        place = [f"{name}@{socket.gethostname()}"]
        try:
            # A connection of its own: the last one may be to a Redis that was killed.
            with current_app.connection_for_write() as broker:
                said = current_app.control.ping(destination=place, timeout=0.5, connection=broker)
            return bool(said)
        except BROKER_AWAY:
            return False

    return answers


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
