"""Looking at one file in a process of its own, which may be killed and leaves nothing behind.

An idle process is started when first needed, since what it imports takes half a second, and each
file is opened in a copy of it. The files have no names, so that they are gone with whoever had
them open.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from assessments.files.kinds import Kind
from assessments.files.refusals import FileRefused, Limits
from assessments.files.results import Cleaned

ROOT = str(Path(__file__).resolve().parent.parent.parent)
START = (
    "import socket, sys; sys.path.append(sys.argv[1])\n"
    "from assessments.files.child import serve\n"
    "serve(socket.socket(fileno=int(sys.argv[2])))"
)
# Seconds to start the process on a busy machine, beyond those of the file itself.
GRACE = 10
MAX_ANSWER = 4096


def look(
    stream: IO[bytes], target: IO[bytes], size: int, kind: Kind, limits: Limits
) -> Cleaned | None:
    """`parsing.parse` within `limits`. Both are files on disk, not in memory.

    Raises FileRefused, "too-heavy" also when the process was ended.
    """
    question = {"kind": kind.extension, "size": size, "limits": asdict(limits)}
    stream.flush()
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            _child.hand([stream.fileno(), target.fileno(), theirs.fileno()])
        ours.settimeout(2 * limits.max_seconds + GRACE)
        answer = b""
        with suppress(OSError):
            ours.sendall(json.dumps(question).encode())
            ours.shutdown(socket.SHUT_WR)
            answer = ours.makefile("rb").read(MAX_ANSWER)
    return _understood(answer)


def _understood(answer: bytes) -> Cleaned | None:
    """Whoever read hostile bytes is believed no further than what it may say."""
    try:
        said = json.loads(answer)
        if "refused" not in said:
            return _cleaned(**said["cleaned"]) if said["cleaned"] else None
        refusal = FileRefused(said["refused"], **said["details"])
    except (ValueError, TypeError, KeyError) as error:
        raise FileRefused("too-heavy") from error
    raise refusal


def _cleaned(extensions: list[str], pixels: list[int] | None, note: str) -> Cleaned:
    width, height = pixels or (0, 0)
    return Cleaned(tuple(extensions), (width, height) if pixels else None, note)


class _Child:
    """The idle process; started when it is not there, also after its own end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def hand(self, files: list[int]) -> None:
        """Have the open files looked at."""
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    socket.send_fds(self._socket, [b"?"], files)
                    return
                self.end()
            socket.send_fds(self._start(), [b"?"], files)

    def _start(self) -> socket.socket:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", START, ROOT, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                start_new_session=True,
            )
        return self._socket

    def end(self) -> None:
        """Let the process go."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._socket = self._process = None

    def disown(self) -> None:
        """In a forked copy of this process: the child is the other one's."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.returncode = 0


_child = _Child()


def _forget() -> None:
    global _child
    _child.disown()
    _child = _Child()


def _end() -> None:
    _child.end()


atexit.register(_end)
os.register_at_fork(after_in_child=_forget)
