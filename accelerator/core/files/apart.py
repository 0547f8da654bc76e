"""Looking at one file in a process of its own, which may be killed and leaves nothing behind.

An idle process is started when first needed, since what it imports takes half a second, and each
file is opened in a copy of it. The files have no names, so that they are gone with whoever had
them open. What is done to a file there is the function `answer` of a module that the process is
told by name: `parsing` for evidence, `core.sheets.parsing` for spreadsheets.
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

from accelerator.core.files.kinds import Kind
from accelerator.core.files.refusals import FileRefused, Limits
from accelerator.core.files.results import Cleaned

ROOT = str(Path(__file__).resolve().parents[3])
START = (
    "import socket, sys; sys.path.append(sys.argv[1])\n"
    "from accelerator.core.files.child import serve\n"
    "serve(socket.socket(fileno=int(sys.argv[2])), sys.argv[3])"
)
EVIDENCE = "accelerator.core.files.parsing"
# Seconds to start the process on a busy machine, beyond those of the file itself.
GRACE = 10
MAX_ANSWER = 4096


def look(
    stream: IO[bytes], target: IO[bytes], size: int, kind: Kind, limits: Limits
) -> Cleaned | None:
    """`parsing.parse` within `limits`. Both are files on disk, not in memory.

    Raises FileRefused, "too-heavy" also when the process was ended.
    """
    return _understood(_child.ask(stream, target, limits, kind=kind.extension, size=size))


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


class Child:
    """The idle process; started when it is not there, also after its own end."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def ask(
        self, stream: IO[bytes], target: IO[bytes], limits: Limits, **question: object
    ) -> bytes:
        """What the module says of `stream`, as JSON; empty when the process was ended."""
        stream.flush()
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand([stream.fileno(), target.fileno(), theirs.fileno()])
            ours.settimeout(2 * limits.max_seconds + GRACE)
            with suppress(OSError):
                ours.sendall(json.dumps(question | {"limits": asdict(limits)}).encode())
                ours.shutdown(socket.SHUT_WR)
                return ours.makefile("rb").read(MAX_ANSWER)
        return b""

    def _hand(self, files: list[int]) -> None:
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    socket.send_fds(self._socket, [b"?"], files)
                    return
                self.close()
            socket.send_fds(self._start(), [b"?"], files)

    def _start(self) -> socket.socket:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", START, ROOT, str(theirs.fileno()), self._module],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                start_new_session=True,
            )
        return self._socket

    def close(self) -> None:
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


_child = Child(EVIDENCE)


def _forget() -> None:
    global _child
    _child.disown()
    _child = Child(EVIDENCE)


def _end() -> None:
    _child.close()


atexit.register(_end)
os.register_at_fork(after_in_child=_forget)
