"""honcho, with one promise more: what it started ends with it, even when it is killed outright."""

import multiprocessing
import os
import shlex
import signal
import sys
from functools import partial

from honcho.manager import Manager
from honcho.process import Popen, Process

from accelerator.embedded_keeper import dying_with_parent


class TiedProcess(Process):
    """A honcho process whose two parts (honcho's relay and the command) die with their parent.

    Only Linux can do so; elsewhere the processes end with an orderly stop alone.
    """

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self._tie_to_supervisor = dying_with_parent(signal.SIGKILL)

    def run(self, events=None, ignore_signals=False) -> None:
        if self._tie_to_supervisor:
            self._tie_to_supervisor()
        self._child_ctor = partial(Popen, preexec_fn=dying_with_parent(signal.SIGTERM))
        super().run(events, ignore_signals)


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
