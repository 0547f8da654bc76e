"""Hostile files: what each does to the inspection, and whether it is refused.

    python -m benchmarks hostile

Every file is made here, in code, and goes through the inspection that an upload goes through.
Measured of the process that opens it: seconds of the processor, seconds by the clock, and the
most memory it held, all that it shares with its parent included.
"""

import io
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from accelerator.core.files import FileRefused, apart, inspect
from benchmarks.report import say, table
from tests.factories import hostile
from tests.factories.files import valid_files

MOST_SECONDS, MOST_MEGABYTES = 3.0, 150
TICK = 0.05  # the kernel counts processor time in steps, and ends what reached its limit


class Watch:
    """The most seconds and bytes of the processes that open files, while the block runs."""

    def __init__(self) -> None:
        self.seconds, self.bytes = 0.0, 0
        self._over = threading.Event()
        self._before = set(self._children())
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.wait(0.004):
            for pid in self._children():
                if pid not in self._before:
                    self._note(Path(f"/proc/{pid}"))

    @staticmethod
    def _children() -> list[str]:
        idle = apart._child._process.pid
        try:
            return Path(f"/proc/{idle}/task/{idle}/children").read_text().split()
        except OSError:
            return []

    def _note(self, process: Path) -> None:
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            status = (process / "status").read_text()
        except OSError:
            return
        ticks = int(fields[11]) + int(fields[12])
        self.seconds = max(self.seconds, ticks / os.sysconf("SC_CLK_TCK"))
        if "VmHWM:" in status:
            self.bytes = max(self.bytes, int(status.split("VmHWM:")[1].split()[0]) * 1024)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def look(name: str, make: Callable[[], bytes]) -> tuple[str, float, Watch]:
    """(the refusal's code or "kept", seconds by the clock, what was watched)."""
    content = io.BytesIO(make())
    with Watch() as watch:
        started = time.monotonic()
        try:
            with inspect(content, name) as taken:
                outcome = f"kept: {taken.note}" if taken.note else "kept"
        except FileRefused as refused:
            outcome = refused.code
        took = time.monotonic() - started
    return outcome, took, watch


def run() -> bool:
    """Whether everything is refused that must be, and everything within its limits."""
    inspect(io.BytesIO(b"words"), "a.txt").close()
    rows, failed = [], []
    honest = {
        f"an honest .{ending}": (f"a.{ending}", lambda content=content: content, {"kept"})
        for ending, content in valid_files().items()
    }
    for title, (name, make, expected) in (hostile.FILES | honest).items():
        outcome, took, watch = look(name, make)
        megabytes = watch.bytes / 1e6
        good = (
            outcome.partition(":")[0] in expected
            and watch.seconds <= MOST_SECONDS + TICK
            and megabytes <= MOST_MEGABYTES
        )
        if not good:
            failed.append(title)
        rows.append(
            (
                title,
                outcome.partition(":")[0],
                f"{watch.seconds:.2f}",
                f"{took:.2f}",
                f"{megabytes:.0f}",
                "" if good else "MISSED",
            )
        )
    table(
        f"{len(rows)} files; at most {MOST_SECONDS:g} s of the processor, {MOST_MEGABYTES} MB",
        ("file", "outcome", "processor s", "clock s", "peak MB", ""),
        rows,
    )
    say(f"\nNot as it should be: {', '.join(failed) or 'none'}")
    return not failed
