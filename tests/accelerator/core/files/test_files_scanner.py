"""The clamd hook, against a real socket that speaks INSTREAM."""

import io
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from accelerator.core.files import FileRefused, inspect, scan_with_clamd
from tests.factories import files as made

VIRUS = b"a pretend virus"


class _Session(socketserver.StreamRequestHandler):
    """One INSTREAM exchange; `server.answer` overrides the verdict."""

    def handle(self) -> None:
        assert self.rfile.readline() == b"nINSTREAM\n"
        received = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            received += self.rfile.read(size)
        self.server.received.append(received)
        verdict = b"Pretend.Virus FOUND" if VIRUS in received else b"OK"
        self.wfile.write(self.server.answer or b"stream: " + verdict + b"\n")


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def clamd(server: socketserver.BaseServer, answer: bytes = b"") -> Iterator[list[bytes]]:
    server.answer, server.received = answer, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def tcp() -> socketserver.BaseServer:
    return _Tcp(("127.0.0.1", 0), _Session)


def url(server: socketserver.BaseServer) -> str:
    return "tcp://{}:{}".format(*server.server_address)


def code(content: bytes, name: str, address: str, **options: float) -> str:
    with pytest.raises(FileRefused) as caught:
        inspect(io.BytesIO(content), name, scan=scan_with_clamd(address, **options))
    assert name in caught.value.message
    return caught.value.code


def test_a_clean_file_is_kept_and_scanned_whole(tcp: socketserver.BaseServer) -> None:
    content = b"What we learned.\n" * 100_000
    upload, scan = io.BytesIO(content), scan_with_clamd(url(tcp))
    with clamd(tcp) as received, inspect(upload, "a.txt", scan=scan) as result:
        assert result.content.read() == content
    assert received == [content]


def test_an_infected_file_is_refused(tcp: socketserver.BaseServer) -> None:
    with clamd(tcp):
        assert code(b"see: " + VIRUS, "a.txt", url(tcp)) == "infected"
        hidden = made.picture("PNG") + VIRUS
        assert code(hidden, "a.png", url(tcp)) == "infected"


def test_a_unix_socket_works(tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    with clamd(_Unix(str(path), _Session)) as received:
        inspect(io.BytesIO(b"hello\n"), "a.txt", scan=scan_with_clamd(f"unix://{path}")).close()
        assert code(VIRUS, "a.txt", f"unix://{path}") == "infected"
    assert received == [b"hello\n", VIRUS]


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\n",
        b"stream: Can't allocate memory ERROR\n",
        b"nonsense\n",
        b"other: OK\n",
        b"\xff\xfe\n",
        b"\n",
    ],
)
def test_every_other_answer_fails_closed(tcp: socketserver.BaseServer, answer: bytes) -> None:
    with clamd(tcp, answer):
        assert code(b"hello\n", "a.txt", url(tcp)) == "scanner-unavailable"


def test_an_absent_scanner_fails_closed(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        absent = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        assert code(b"hello\n", "a.txt", absent) == "scanner-unavailable"
    assert code(b"hello\n", "a.txt", f"unix://{tmp_path}/none") == "scanner-unavailable"
    assert code(b"hello\n", "a.txt", "tcp://scanner.invalid") == "scanner-unavailable"


def test_a_silent_scanner_fails_closed() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert code(b"hello\n", "a.txt", address, timeout=0.2) == "scanner-unavailable"


@pytest.mark.parametrize("address", ["", "localhost:3310", "http://x", "tcp://", "unix://x/y"])
def test_a_wrong_address_is_an_error_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="not a clamd address"):
        scan_with_clamd(address)
