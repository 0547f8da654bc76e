"""A Redis of a test's own, to be filled, stalled, locked or stopped."""

import subprocess
import sys
import time
from pathlib import Path

import redis

SERVER = Path(sys.executable).with_name("redis-server")


class Server:
    """A Redis of its own, on a socket."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.client = redis.Redis(unix_socket_path=str(self.socket))
        command = [str(SERVER), "--port", "0", "--unixsocket", str(self.socket)]
        command += ["--dir", str(folder), "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self.socket.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)

    def full(self) -> None:
        self.client.config_set("maxmemory-policy", "noeviction")
        self.client.config_set("maxmemory", 1)

    def read_only(self) -> None:
        self.client.replicaof("127.0.0.1", "1")

    def silent_copy(self) -> None:
        self.client.config_set("replica-serve-stale-data", "no")
        self.client.replicaof("127.0.0.1", "1")

    def locked(self) -> None:
        self.client.config_set("requirepass", "other")
        self.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")

    def stalled(self) -> None:
        self.client.execute_command("CLIENT", "PAUSE", 60_000)
