"""Work that really happens at once: threads with database connections of their own."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

from django.db import connection, connections

PATIENCE = 20.0  # seconds


def outcomes(*works: Callable[[], object]) -> list[object]:
    """What each work returned or raised, in order, all released at the same moment."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        barrier.wait(PATIENCE)
        return _on_own_connection(work)

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(run, work) for work in works]
    return [future.exception() or future.result() for future in futures]


def start(work: Callable[[], object]) -> Future:
    """Begin `work` in a thread of its own."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(_on_own_connection, work)
    pool.shutdown(wait=False)
    return future


def wait_for_a_lock(future: Future) -> None:
    """Go on once the work behind `future` waits for a lock that this thread holds."""
    end = time.monotonic() + PATIENCE
    while not _somebody_waits_for_us():
        assert not future.done(), f"it did not wait: {future.exception() or future.result()}"
        assert time.monotonic() < end, "nothing waits for a lock"
        time.sleep(0.02)


def _on_own_connection(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connections.close_all()


def _somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0
