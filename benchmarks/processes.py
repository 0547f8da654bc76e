"""Processes under measurement: a warm worker, and what a process and its children hold."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

WORKER = (sys.executable, "-m", "benchmarks.worker")


class WarmWorker:
    """A worker that has made a report before."""

    def __init__(self, assessment: int) -> None:
        self._process = subprocess.Popen(
            [*WORKER, str(assessment)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.process_id = self._process.pid
        self.render()  # answered once the worker is warm

    def render(self) -> dict:
        """Makes a report: the seconds it took, the processor's, and the bytes of the file."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.stdin.close()
        self._process.wait(10)


def seconds(command: list[str]) -> float:
    """How long a command takes from its start to its end; it must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def peak(command: list[str]) -> int:
    """The most bytes that a command and its children held together, sampled (shared once)."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with Peak(process.pid) as held:
        process.wait()
    return held.bytes


class Peak:
    """Samples what a process and all its descendants hold, while the block runs."""

    def __init__(self, pid: int) -> None:
        self._pid, self._stop, self.bytes = pid, threading.Event(), 0
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.bytes = max(self.bytes, held(self._pid))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def held(pid: int) -> int:
    """The bytes that a process and all its descendants hold together."""
    return sum(map(_share, family(pid)))


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(c) for task in tasks for c in (task / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(each for child in children for each in family(child))]


def _share(pid: int) -> int:
    """The process's proportional share: memory that n processes share counts 1/n in each."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
