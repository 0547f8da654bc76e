"""Whether faults heal: servers and workers are killed at random moments while people work.

    python -m benchmarks faults
    python -m benchmarks waits      # only who waits for whom

A fault is struck while six reports are being made and four people save. What was killed is
started again after one to four seconds; a worker's child is started by its parent. Measured is
how long after everything answered again the last report was complete, less what six reports take
when nothing happens.
"""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from statistics import median

from accelerator.models import ReportJob
from benchmarks import people
from benchmarks.data import Sample
from benchmarks.report import say, table
from benchmarks.site import Site

ROUNDS, ASKERS, SAVERS = 3, 6, 4
MOST_SECONDS = 20.0
PATIENCE = 150
FAULTS = ("PostgreSQL", "Redis", "cache", "web", "worker", "worker's child")
State = ReportJob.State


class Run:
    """A site under load."""

    def __init__(self, site: Site, sample: Sample) -> None:
        self.site, self.sample = site, sample
        self._stop = threading.Event()
        self.askers = people.members(site.port, sample, 40)
        self.savers = people.savers(site.port, sample, SAVERS, self._stop)
        self._pool = ThreadPoolExecutor(2 * ASKERS + 2)
        self._chance = random.Random()  # noqa: S311  moments, no secrets

    def end(self) -> None:
        self._stop.set()
        for saver in self.savers:
            saver.thread.join(60)

    def undisturbed(self) -> float:
        """Seconds from asking for six reports to the last."""
        asked = time.time()
        jobs = self._ask()
        return self._last(jobs.result()) - asked

    def struck(self, fault: str, usual: float) -> tuple[float, int, int]:
        """(seconds from the return to the last report, reports made whole, reports asked for)."""
        wishes = self._ask()
        time.sleep(self._chance.uniform(0, 0.7) * usual)
        returned = self._strike(fault)
        jobs = wishes.result()
        late = self._last(jobs) - returned
        say(f"  {fault}: the last report {late:.1f} s after the return")
        rows = {str(job.pk): job for job in ReportJob.objects.filter(pk__in=jobs)}
        whole = sum(
            rows[job].state == State.DONE and people.is_whole(person, job, rows[job].sha256)
            for person, job in zip(self.askers, jobs, strict=False)
        )
        return late, whole, len(jobs)

    def _ask(self) -> Future[list[str]]:
        """The future of the ids of six jobs, asked for at once by six people."""

        def all_of_them() -> list[str]:
            wishes = [
                self._pool.submit(people.report_of, person, self.sample)
                for person in self.askers[:ASKERS]
            ]
            return [wish.result() for wish in wishes]

        return self._pool.submit(all_of_them)

    def _strike(self, fault: str) -> float:
        """Kill, wait, start again; when all answered again."""
        if fault == "worker's child":
            self.site.parts["worker"].kill_child()
            return time.time()
        broken = {
            "PostgreSQL": self.site.servers["postgres"],
            "Redis": self.site.servers["redis"],
            "cache": self.site.servers["cache"],
            "web": self.site.parts["web"],
            "worker": self.site.parts["worker"],
        }[fault]
        broken.kill()
        time.sleep(self._chance.uniform(1, 4))
        broken.start()
        return time.time()

    def _last(self, jobs: list[str]) -> float:
        """When the last of the jobs ended, however it did."""
        found = ReportJob.objects.filter(pk__in=jobs)
        deadline = time.monotonic() + PATIENCE
        while people.patiently(lambda: found.filter(state__in=ReportJob.OPEN).exists()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"reports were not complete after {PATIENCE} s")
            time.sleep(0.1)
        ends = people.patiently(lambda: list(found.values_list("finished_at", flat=True)))
        return max(end.timestamp() for end in ends)


def run(var: Path, load: Callable[[], Sample], *, killing: bool) -> bool:
    """Whether every goal is met; without `killing`, only who waits for whom is measured."""
    from benchmarks import waits

    with waits.outgoing() as mail:
        site = Site(var)
        try:
            for server in site.servers.values():
                server.start()
            sample = load()
            for part in site.parts.values():
                part.start()
            everything = Run(site, sample)
            healed = not killing or faults(everything)
            served = waits.run(everything, mail)
            everything.end()
            return kept(everything) and healed and served
        finally:
            site.stop()


def faults(load: Run) -> bool:
    load.undisturbed()
    usual = median(load.undisturbed() for _ in range(3))
    say(f"Six reports, undisturbed but for {SAVERS} people who save: {usual:.1f} s")
    rows, met = [], True
    for fault in FAULTS:
        rounds = [load.struck(fault, usual) for _ in range(ROUNDS)]
        beyond = [late - usual for late, _, _ in rounds]
        whole, asked = (sum(each) for each in list(zip(*rounds, strict=True))[1:])
        good = max(beyond) <= MOST_SECONDS and whole == asked
        met = met and good
        rows.append(
            (
                fault,
                f"{max(late for late, _, _ in rounds):.1f}",
                f"{median(beyond):.1f}",
                f"{max(beyond):.1f}",
                f"{whole} of {asked}",
                "met" if good else "MISSED",
            )
        )
    table(
        f"Killed at random moments, {ROUNDS} times each; seconds after the return",
        ("killed", "last report", "beyond, median", "beyond, most", "whole", f"≤ {MOST_SECONDS:g}"),
        rows,
    )
    return met


def kept(load: Run) -> bool:
    acknowledged = sum(len(saver.acknowledged) for saver in load.savers)
    refused = sum(saver.refused for saver in load.savers)
    lost = sum(len(saver.lost()) for saver in load.savers)
    say(f"\nSaves: {acknowledged} acknowledged, {refused} refused or unanswered, {lost} lost")
    return not lost
