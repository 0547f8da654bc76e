"""Virus scanning through clamd, failing closed."""

import socket
from collections.abc import Callable
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

import clamd

from accelerator.core.files.refusals import FileRefused

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _WholeSends(socket.socket):
    """clamd uses send(), which may send a part of a chunk once a timeout is set."""

    def send(self, data: "ReadableBuffer", flags: int = 0) -> int:
        self.sendall(data, flags)
        return memoryview(data).nbytes


class _Client(clamd.ClamdNetworkSocket):
    """clamd's client with IPv6, Unix sockets and a timeout that covers connecting too."""

    def __init__(self, family: int, address: tuple[str, int] | str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.family, self.address = family, address

    def _init_socket(self) -> None:
        self.clamd_socket = _WholeSends(self.family, socket.SOCK_STREAM)
        self.clamd_socket.settimeout(self.timeout)
        self.clamd_socket.connect(self.address)


def scan_with_clamd(url: str, *, timeout: float = 60.0) -> Callable[[IO[bytes]], None]:
    """A scan for `inspect`, speaking to the clamd at `url`.

    `url` is tcp://host:port (port 3310 when absent) or unix:///path; anything else raises
    ValueError at once. The scan raises FileRefused "infected" for a find, and FileRefused
    "scanner-unavailable" for every other answer than a plain OK. `timeout` is in seconds, for each
    exchange with the socket.
    """
    parts = urlsplit(url)
    if parts.scheme == "tcp" and parts.hostname:
        family = socket.AF_INET6 if ":" in parts.hostname else socket.AF_INET
        address: tuple[str, int] | str = (parts.hostname, parts.port or 3310)
    elif parts.scheme == "unix" and parts.path and not parts.netloc:
        family, address = socket.AF_UNIX, parts.path
    else:
        raise ValueError(f"not a clamd address: {url!r} (use tcp://host:port or unix:///path)")

    def scan(stream: IO[bytes]) -> None:
        try:
            answer = _Client(family, address, timeout).instream(stream) or {}
        except (OSError, clamd.ClamdError, UnicodeDecodeError) as error:
            raise FileRefused("scanner-unavailable") from error
        status, _signature = answer.get("stream", ("", None))
        if status == "FOUND":
            raise FileRefused("infected")
        if status != "OK":
            raise FileRefused("scanner-unavailable")

    return scan
