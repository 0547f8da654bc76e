"""The process that opens hostile files, in one short-lived copy of itself for each.

Each byte that arrives on its socket brings three open files: the upload, the target, and a socket
to read the question from and write the answer to. The copy that answers has limits that the
kernel keeps, and its own alarm ends it even when nobody waits any more. The first process ends
with its socket. What is done to the bytes is `answer` of the module that it was started for.
"""

import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from accelerator.core.files.refusals import FileRefused, Limits

# (upload, target, limits, **question) → what goes back as JSON.
Answer = Callable[..., dict]


def serve(requests: socket.socket, module: str) -> None:
    """Answer until the other side closes."""
    work: Answer = import_module(module).answer
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, files, _flags, _address = socket.recv_fds(requests, 1, 3)
        if not message:
            return
        if os.fork() == 0:
            requests.close()
            _answer(work, *files)
        for file in files:
            os.close(file)


def _answer(work: Answer, upload: int, target: int, asking: int) -> None:
    try:
        with socket.socket(fileno=asking) as peer, peer.makefile("rb") as question:
            asked = json.load(question)
            limits = Limits(**asked.pop("limits"))
            _limit(limits)
            peer.sendall(json.dumps(_said(work, upload, target, limits, **asked)).encode())
    finally:
        os._exit(0)


def _said(work: Answer, upload: int, target: int, limits: Limits, **asked: object) -> dict:
    try:
        with open(upload, "rb") as stream, open(target, "r+b") as written:
            return work(stream, written, limits, **asked)
    except FileRefused as refusal:
        return {"refused": refusal.code, "details": refusal.details}
    except MemoryError:
        return {"refused": "too-heavy", "details": {}}


def _limit(limits: Limits) -> None:
    """Seconds of computing, twice as many by the clock, bytes of memory and of output."""
    signal.setitimer(signal.ITIMER_REAL, 2 * limits.max_seconds)
    seconds, output = max(1, round(limits.max_seconds)), 2 * limits.max_bytes
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    # macOS knows this limit and refuses to set it.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limits.max_memory, limits.max_memory))
