"""Keeps one embedded server running for as long as somebody holds its users' lock.

Run as a script (`python -I -S keeper.py JSON`) by `servers.py`; standard library only.
It prints `ready`, or one line saying what went wrong.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

SOCKETS = {"postgres": ".s.PGSQL.5432", "redis": "redis.sock", "cache": "cache.sock"}
REDIS_STOP = (signal.SIGTERM, signal.SIGKILL)
STOP = {
    "postgres": (signal.SIGINT, signal.SIGQUIT),
    "redis": REDIS_STOP,
    "cache": REDIS_STOP,
}
# Memory only: drawn pages of evidence reach no disk, and a full cache forgets the oldest.
CACHE = ["--save", "", "--appendonly", "no"]
CACHE += ["--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru"]
PR_SET_PDEATHSIG = 1
START_SECONDS = 45
STOP_SECONDS = 20
POLL_SECONDS = 0.1


def socket_path(server: str, run: Path) -> Path:
    return run / SOCKETS[server]


def answers(server: str, run: Path) -> bool:
    """Whether the server takes connections now (not: is starting, loading or stopping)."""
    if server != "postgres":
        return _ask(socket_path(server, run), b"PING\r\n").startswith(b"+")
    # StartupMessage 3.0; a server that is not ready replies with an error instead of "R".
    body = struct.pack("!i", 196608) + b"user\0accelerator\0database\0accelerator\0\0"
    hello = struct.pack("!i", len(body) + 4) + body
    return _ask(socket_path(server, run), hello, goodbye=b"X\0\0\0\4").startswith(b"R")


def _ask(path: Path, question: bytes, goodbye: bytes = b"") -> bytes:
    """The beginning of the server's reply; empty when there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(5)
        try:
            link.connect(str(path))
            link.sendall(question)
            reply = link.recv(64)
            if reply and goodbye:
                link.sendall(goodbye)
                while link.recv(4096):
                    pass
        except OSError:
            return b""
    return reply


def dying_with_parent(
    chosen: signal.Signals, parent: int | None = None
) -> Callable[[], None] | None:
    """A `preexec_fn` that sends the child a signal when its parent dies; None outside Linux.

    `parent` is the process that calls this, unless given.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = parent or os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(chosen), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), chosen)

    return tie


class Keeper:
    """One server and the rules of its life."""

    def __init__(self, task: dict, output: IO | None = None) -> None:
        self._output = output or sys.stderr
        self.server = task["server"]
        self.binaries = Path(task["binaries"])
        self.data = Path(task["data"])
        self.run = Path(task["run"])
        self.users = Path(task["users"])
        self.owner = task["owner"]
        self.fast = task["fast"]
        self.child: subprocess.Popen | None = None
        self.told_to_stop = False

    def start(self) -> None:
        """Start the server and return once it answers; raises RuntimeError with one line."""
        self._end_orphan()
        for path in (socket_path(self.server, self.run), self.run / ".s.PGSQL.5432.lock"):
            if self.server == "postgres" or path.suffix == ".sock":
                path.unlink(missing_ok=True)
        command = self._postgres() if self.server == "postgres" else self._redis()
        self.child = self._popen(command, preexec_fn=dying_with_parent(STOP[self.server][0]))
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.server, self.run):
            if self.told_to_stop:
                raise RuntimeError(f"{self.server} was told to stop")
            if self.child.poll() is not None:
                raise RuntimeError(f"{self.server} ended with status {self.child.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.server} did not answer in {START_SECONDS} seconds")
            time.sleep(0.02)

    def keep(self) -> None:
        """Return when the last user has gone, the server has ended, or a signal has come."""
        users = os.open(self.users, os.O_RDWR)
        while self.child and self.child.poll() is None and not self.told_to_stop:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        if self.child is None:
            return
        for chosen in STOP[self.server]:
            if self.child.poll() is None:
                self.child.send_signal(chosen)
            try:
                self.child.wait(STOP_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue
        self.child.kill()
        self.child.wait()

    def _postgres(self) -> list[str]:
        if not self.data.exists():
            self._create_cluster()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.run),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "64MB",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
        }
        if self.fast:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def _create_cluster(self) -> None:
        # Made beside its final place and renamed, so that a killed start leaves no half cluster.
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.owner:
            os.chown(fresh, *self.owner)
        initdb = [str(self.binaries / "initdb"), "-D", str(fresh), "-U", "accelerator"]
        initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        initdb += ["--builtin-locale=C.UTF-8", "--no-instructions"]
        single = [str(self.binaries / "postgres"), "--single", "-D", str(fresh), "postgres"]
        self._run([*initdb, *(["--no-sync"] if self.fast else [])])
        self._run(single, b"CREATE DATABASE accelerator;\n")
        fresh.rename(self.data)

    def _redis(self) -> list[str]:
        command = [str(self.binaries / "redis-server"), "--port", "0", "--daemonize", "no"]
        command += ["--unixsocket", str(socket_path(self.server, self.run))]
        command += ["--unixsocketperm", "700", "--loglevel", "warning"]
        if self.server == "cache":
            return [*command, "--dir", str(self.run), *CACHE]
        if not self.owner:
            self.data.mkdir(mode=0o700, exist_ok=True)
        saved = ["--save", "", "--appendonly", "no"] if self.fast else ["--appendonly", "yes"]
        return [*command, "--dir", str(self.data), *saved]

    def _end_orphan(self) -> None:
        """Stop a server whose keeper was killed; only this keeper may own the folder now."""
        if self.server != "postgres":
            _ask(socket_path(self.server, self.run), b"SHUTDOWN\r\n")
            return
        record = self.data / "postmaster.pid"
        deadline = time.monotonic() + STOP_SECONDS
        while (pid := _first_number(record)) and (command := _command_of(pid)) is not None:
            if str(self.data) not in command:
                # The number belongs to somebody else's process by now.
                record.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise RuntimeError(f"an older postgres (process {pid}) does not stop")
            else:
                os.kill(pid, signal.SIGINT)
                time.sleep(0.1)

    def _run(self, command: list[str], text: bytes = b"") -> None:
        child = self._popen(command, stdin=subprocess.PIPE)
        child.communicate(text)
        if child.returncode:
            raise RuntimeError(f"{Path(command[0]).name} ended with status {child.returncode}")

    def _popen(self, command: list[str], **options) -> subprocess.Popen:
        if self.owner:
            uid, gid = self.owner
            options |= {"user": uid, "group": gid, "extra_groups": []}
        options.setdefault("stdin", subprocess.DEVNULL)
        try:
            return subprocess.Popen(
                command,
                stdout=self._output,
                stderr=self._output,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                umask=0o077,
                **options,
            )
        except OSError as error:
            raise RuntimeError(f"{command[0]}: {error.strerror}") from error


def _first_number(record: Path) -> int | None:
    try:
        return int(record.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _command_of(pid: int) -> str | None:
    """The command line of a process, or None when there is no such process."""
    if sys.platform.startswith("linux"):
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return None
    found = subprocess.run(
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout if found.returncode == 0 else None


def main() -> int:
    task = json.loads(sys.argv[1])
    lock = os.open(task["keeper"], os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    keeper = Keeper(task)

    def tell_to_stop(*_: object) -> None:
        keeper.told_to_stop = True

    for chosen in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(chosen, tell_to_stop)
    try:
        keeper.start()
    except RuntimeError as error:
        keeper.stop()
        print(error, flush=True)
        return 1
    print("ready", flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    keeper.keep()
    keeper.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
