"""honcho, with one promise more: what it started ends with it, even when it is killed outright."""

import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial

from honcho.manager import Manager
from honcho.process import Popen, Process

from accelerator.embedded.keeper import dying_with_parent

STOP_SECONDS = 5


class TiedProcess(Process):
    """A honcho process that ends its command when the supervisor dies, as the supervisor would.

    Only Linux tells a process so; elsewhere processes end with an orderly stop alone.
    """

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self._tie_to_supervisor = dying_with_parent(signal.SIGUSR1)

    def run(self, events=None, ignore_signals=False) -> None:
        if self._tie_to_supervisor:
            signal.signal(signal.SIGUSR1, self._supervisor_died)
            self._tie_to_supervisor()
        self._child_ctor = partial(Popen, preexec_fn=dying_with_parent(signal.SIGTERM))
        super().run(events, ignore_signals)

    def _supervisor_died(self, *_: object) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
        os._exit(1)


def supervise(commands: dict[str, list[str]]) -> int:
    """Run the commands until one ends or a signal comes; then all are ended.

    Returns 0 after Ctrl-C, SIGTERM or a closed terminal, else the status of the command that
    ended first (1 if that was 0: none of them should end by itself).
    """
    if sys.platform.startswith("linux"):
        # The tie is to the parent, and only a plain fork has this process as its parent.
        multiprocessing.set_start_method("fork", force=True)
    manager = Manager()
    manager._process_ctor = TiedProcess
    for name, command in commands.items():
        manager.add_process(name, f"exec {shlex.join(command)}")
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        manager.loop()
    finally:
        for child in multiprocessing.active_children():
            child.kill()
    asked = {128 + signal.SIGINT, 128 + signal.SIGTERM}
    return 0 if manager.returncode in asked else manager.returncode or 1
