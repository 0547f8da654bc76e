"""A second process that works while this one does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import Any


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
        self._line, theirs = Pipe()
        self.process_id = os.fork()
        if not self.process_id:
            try:
                self._serve(theirs)
            finally:
                os._exit(0)
        theirs.close()

    def ask(self, request: Any) -> Connection:
        """Sends a request and returns the line on which to talk and to `hear` the answer.

        Raises OSError where the copy is gone.
        """
        if not self.process_id:
            self.start()
        self._line.send(request)
        return self._line

    def stop(self) -> None:
        """Ends the copy, in the middle of its work if need be; the next `ask` starts another."""
        if self.process_id:
            self._line.close()
            os.kill(self.process_id, signal.SIGKILL)
            os.waitpid(self.process_id, 0)
            self.process_id = 0

    def _serve(self, line: Connection) -> None:
        # Ctrl-C reaches every process of a terminal; this one ends when its line does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # All that is open but the line: its other end too, or the line would never end.
        os.closerange(3, line.fileno())
        os.closerange(line.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        with suppress(EOFError, OSError):
            while True:
                request = line.recv()
                try:
                    answer = self._work(request, line)
                except Exception as error:
                    error.add_note(f"In the process {os.getpid()}:\n{format_exc()}")
                    answer = error
                line.send(answer)


def hear(line: Connection) -> Any:
    """What the other process sent; raises what it raised, and EOFError where it is gone."""
    heard = line.recv()
    if isinstance(heard, Exception):
        raise heard
    return heard
