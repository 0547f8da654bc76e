"""A second process that works while this one does."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import Any


class PartnerGone(Exception):
    """The other process has ended."""


class Partner:
    """A copy of this process that answers one request at a time.

    `work(request, line)` makes the answer there, and may talk to the asker on the line meanwhile.
    It ends with this process. Not multiprocessing's own Process: a Celery worker may have none.
    """

    def __init__(self, work: Callable[[Any, Connection], Any]) -> None:
        self._work = work
        self.process_id = 0

    def start(self) -> None:
        """Makes the copy. What is open here, a database connection say, is closed there."""
        self._folder = tempfile.mkdtemp(prefix=f"accelerator-partner-{os.getpid()}-")
        self._line, theirs = Pipe()
        self.process_id = os.fork()
        if not self.process_id:
            try:
                self._serve(theirs)
                shutil.rmtree(self._folder)
            finally:
                os._exit(0)
        theirs.close()

    def ask(self, request: Any) -> Connection:
        """Sends a request and returns the line on which to `tell` and to `hear` the answer.

        Raises PartnerGone.
        """
        if not self.process_id:
            self.start()
        tell(self._line, request)
        return self._line

    def stop(self) -> None:
        """Ends the copy, in the middle of its work if need be; the next `ask` starts another."""
        process_id, self.process_id = self.process_id, 0
        if process_id:
            self._line.close()
            os.kill(process_id, signal.SIGKILL)
            os.waitpid(process_id, 0)
            shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self, line: Connection) -> None:
        # Signals may reach every process of a group; this one ends when its line does.
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        # All that is open but the line: its other end too, or the line would never end.
        os.closerange(3, line.fileno())
        os.closerange(line.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        # A process that is killed leaves its files behind, so they are where `stop` finds them.
        tempfile.tempdir = self._folder
        with suppress(PartnerGone):
            while True:
                request = hear(line)
                try:
                    answer = self._work(request, line)
                except Exception as error:  # raised again by the asker's `hear`
                    error.add_note(f"In the process {os.getpid()}:\n{format_exc()}")
                    answer = error
                tell(line, answer)


def tell(line: Connection, what: Any) -> None:
    """Sends something to the other process. Raises PartnerGone."""
    try:
        line.send(what)
    except OSError as error:
        raise PartnerGone from error


def hear(line: Connection) -> Any:
    """What the other process sent. Raises the exception that it sent, or PartnerGone."""
    try:
        heard = line.recv()
    except (EOFError, OSError) as error:
        raise PartnerGone from error
    if isinstance(heard, Exception):
        raise heard
    return heard
