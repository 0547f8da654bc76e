"""Requests a second of the overview page and of autosave, against the plainest views."""

import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accelerator.models import User
from assessments.models import Assessment, Rating
from benchmarks.data import Sample, sign_in
from benchmarks.report import say, table

CONNECTIONS, WORKERS, ROUNDS, SECONDS = 16, 2, 3, 3.0
BUDGETS = {"overview": 8, "autosave": 6}
WORDS = "We look at the registers every week and change the plan when a group gets small. "
Request = Callable[[int], bytes]  # a version to the bytes of a request


@dataclass
class Load:
    """What a load came to: answers with status 200, the others, and each answer's seconds."""

    good: int = 0
    bad: int = 0
    took: list[float] = field(default_factory=list)


class Saves:
    """One person's autosaves on one criterion, each with the version the last one made."""

    def __init__(self, head: Callable[[str], bytes], path: str, **more: int) -> None:
        self._head, self._path, self._more = head, path, more

    def at(self, version: int) -> bytes:
        body = urlencode(
            {"version": version, "level": version % 4, "justification": WORDS, **self._more}
        ).encode()
        return (
            self._head(f"POST {self._path}")
            + b"Content-Type: application/x-www-form-urlencoded\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )


def run(sample: Sample) -> None:
    lead = User.objects.get(pk=sample.lead)
    assessment = Assessment.objects.get(pk=sample.assessment)
    ratings = list(assessment.ratings.select_related("criterion").order_by("pk")[:CONNECTIONS])
    for name, count in queries(lead, assessment, ratings[0]).items():
        met = "met" if count <= BUDGETS[name] else "MISSED"
        say(f"Queries of one {name} request: {count} (at most {BUDGETS[name]}: {met})")
    session, token = sign_in(lead), secrets.token_hex(16)

    def head(line: str) -> bytes:
        return (
            f"{line} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
            f"Referer: https://localhost/\r\nX-CSRFToken: {token}\r\n"
            f"Cookie: {settings.SESSION_COOKIE_NAME}={session}; "
            f"{settings.CSRF_COOKIE_NAME}={token}\r\nConnection: close\r\n"
        ).encode()

    def pages(path: str) -> list[Request]:
        return [lambda _: head(f"GET {path}") + b"\r\n"] * CONNECTIONS

    def saves(plain: bool) -> list[Request]:
        return [
            Saves(
                head,
                f"/plain/autosave/{rating.pk}/"
                if plain
                else f"/assessments/{assessment.pk}/criteria/{rating.criterion.code}/autosave/",
                by=lead.pk,
            ).at
            for rating in ratings
        ]

    kinds = {
        "overview": pages(f"/assessments/{assessment.pk}/"),
        "overview, plain": pages(f"/plain/overview/{assessment.pk}/"),
        "autosave": saves(plain=False),
        "autosave, plain": saves(plain=True),
    }
    connections.close_all()
    results: dict[str, list[Load]] = {name: [] for name in kinds}
    with server() as port:
        for requests in kinds.values():
            put_load(port, requests, ratings, 0.5)
        for _ in range(ROUNDS):
            for name, requests in kinds.items():
                results[name].append(put_load(port, requests, ratings, SECONDS))
    show(results)


def queries(lead: User, assessment: Assessment, rating: Rating) -> dict[str, int]:
    """The queries of one request of each kind, the second: the first fills the process's caches.

    Raises RuntimeError when a request is not answered with 200.
    """
    client = Client(SERVER_NAME="localhost")
    client.force_login(lead, backend=settings.AUTHENTICATION_BACKENDS[0])
    overview = f"/assessments/{assessment.pk}/"
    autosave = f"{overview}criteria/{rating.criterion.code}/autosave/"

    def save() -> int:
        version = Rating.objects.values_list("version", flat=True).get(pk=rating.pk)
        answers = {"version": version, "level": 2, "justification": WORDS}
        return counted(lambda: client.post(autosave, answers, secure=True))

    def counted(ask: Callable[[], HttpResponse]) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = ask()
        if response.status_code != 200:
            raise RuntimeError(f"{response.request['PATH_INFO']}: {response.status_code}")
        return len(captured)

    kinds = {
        "overview": lambda: counted(lambda: client.get(overview, secure=True)),
        "autosave": save,
    }
    return {name: (kind(), kind())[1] for name, kind in kinds.items()}


@contextmanager
def server() -> Iterator[int]:
    """gunicorn with two workers, as production runs it, on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "accelerator.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--no-control-socket", "--log-level", "warning"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def put_load(port: int, requests: list[Request], ratings: list[Rating], seconds: float) -> Load:
    """Ask over every connection at once, each again when it is answered."""
    versions = dict(
        Rating.objects.filter(pk__in=[r.pk for r in ratings]).values_list("pk", "version")
    )
    connections.close_all()
    load, end = Load(), time.perf_counter() + seconds
    start = time.perf_counter()
    threads = [
        threading.Thread(target=ask, args=(port, request, versions[rating.pk], end, load))
        for request, rating in zip(requests, ratings, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.took.append(time.perf_counter() - start)
    return load


def ask(port: int, request: Request, version: int, end: float, load: Load) -> None:
    while (start := time.perf_counter()) < end:
        with socket.create_connection(("127.0.0.1", port), 30) as link:
            link.sendall(request(version))
            first = link.recv(65536)
            while link.recv(65536):
                pass
        version += 1
        load.took.append(time.perf_counter() - start)
        if re.match(rb"HTTP/1\.\d 200", first):
            load.good += 1
        else:
            load.bad += 1


def show(results: dict[str, list[Load]]) -> None:
    rates = {
        name: median(load.good / load.took[-1] for load in loads) for name, loads in results.items()
    }
    rows = []
    for name, loads in results.items():
        times = [each * 1000 for load in loads for each in load.took[:-1]]
        plain = name.removesuffix(", plain")
        rows.append(
            (
                name,
                f"{rates[name]:.0f}",
                f"{median(times):.0f}",
                f"{quantiles(times, n=20)[-1]:.0f}",
                str(sum(load.bad for load in loads)),
                f"{rates[name] / rates[f'{plain}, plain']:.2f}",
            )
        )
    table(
        f"gunicorn with {WORKERS} workers, {CONNECTIONS} connections, {ROUNDS} interleaved rounds",
        ("view", "requests/s", "median ms", "95 % ms", "failed", "to the plain view"),
        rows,
    )
