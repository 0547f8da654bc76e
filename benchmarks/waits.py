"""What must not wait: a password letter behind forty reports, a report behind a silent mail
server, and everybody behind one locked row."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingTCPServer
from statistics import median
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings

from accelerator.models import ReportJob, User
from assessments.models import Rating
from benchmarks import people
from benchmarks.report import say, table
from tests.smtp import Session, mail_server

if TYPE_CHECKING:
    from benchmarks.faults import Run

LETTER_SECONDS, LOCKED_SECONDS, OTHERS_SECONDS = 5.0, 5.0, 5.0


class Moody(Session):
    """Takes letters, or, in silence, connections only."""

    def handle(self) -> None:
        if self.server.silent.is_set():
            self.server.silenced += 1
            self.server.speaking.wait(60)
            return None
        return super().handle()


@contextmanager
def outgoing() -> Iterator[ThreadingTCPServer]:
    """A mail server whose address the site is given; `silent` makes it so."""
    import os

    with mail_server(Moody) as server:
        server.silent, server.speaking = threading.Event(), threading.Event()
        server.silenced = 0
        os.environ["EMAIL_URL"] = "smtp://{}:{}".format(*server.server_address)
        try:
            yield server
        finally:
            server.speaking.set()


def run(load: "Run", mail: ThreadingTCPServer) -> bool:
    """Whether nobody waits for what is not theirs."""
    alone = letter(load, mail, 0)
    forty = [people.report_of(person, load.sample) for person in load.askers]
    behind = letter(load, mail, 1)
    waiting = ReportJob.objects.filter(pk__in=forty, state__in=ReportJob.OPEN).count()
    load._last(forty)
    report = one_report(load)
    mail.silent.set()
    for number in range(2, 6):
        forgot(load, number)
    waits(lambda: mail.silenced > 0)
    silent = one_report(load)
    mail.speaking.set()
    mail.silent.clear()
    locked, others, statuses = locked_row(load)
    rows = [
        ("a password letter, alone", f"{alone:.1f}", ""),
        (
            f"behind forty reports ({waiting} still open when it came)",
            f"{behind:.1f}",
            verdict(behind <= LETTER_SECONDS),
        ),
        ("one report", f"{report:.1f}", ""),
        (
            "one report, four letters held by a silent mail server",
            f"{silent:.1f}",
            verdict(silent <= report + LETTER_SECONDS),
        ),
        (
            f"four saves on a row that is locked: {statuses}",
            f"{locked:.1f}",
            verdict(locked <= LOCKED_SECONDS and set(statuses) == {503}),
        ),
        (
            "the slowest page of somebody else meanwhile",
            f"{others:.1f}",
            verdict(others <= OTHERS_SECONDS),
        ),
    ]
    table("Who waits for whom", ("", "seconds", "goal"), rows)
    return not any(row[2] == "MISSED" for row in rows)


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def waits(condition: Callable[[], bool], seconds: float = 60) -> float:
    """How long until it is so."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise RuntimeError(f"waited {seconds:.0f} s in vain")
        time.sleep(0.02)
    return time.monotonic() - start


def forgot(load: "Run", number: int) -> str:
    """Somebody forgot a password; the address the letter goes to."""
    email = User.objects.get(pk=load.askers[number].user.pk).email
    nobody = people.Person(load.site.port, load.askers[number].user, session="nobody")
    status, _, _ = nobody.ask("/accounts/password/reset/", {"email": email})
    if status != 302:
        raise RuntimeError(f"the wish for a password letter was answered with {status}")
    return email


def letter(load: "Run", mail: ThreadingTCPServer, number: int) -> float:
    """Seconds from the wish for a password letter to the mail server's having it."""
    start = time.monotonic()
    email = forgot(load, number)
    waits(lambda: any(f"To: {email}" in text for text in mail.messages))
    return time.monotonic() - start


def one_report(load: "Run") -> float:
    asked = time.time()
    return load._last([people.report_of(load.askers[0], load.sample)]) - asked


def locked_row(load: "Run") -> tuple[float, float, list[int]]:
    """(the slowest of four saves on one locked row, the slowest other page, the statuses)."""
    rating = (
        Rating.objects.filter(assessment=load.sample.assessment)
        .select_related("criterion")
        .order_by("-pk")[0]
    )
    lead = people.Person(load.site.port, User.objects.get(pk=load.sample.lead))
    path = f"/assessments/{rating.assessment_id}/criteria/{rating.criterion.code}/autosave/"
    form = {"version": rating.version, "level": 1, "justification": "Behind a lock."}
    statuses, took, others = [], [], []
    over = threading.Event()

    def save() -> None:
        start = time.monotonic()
        statuses.append(lead.ask(path, form)[0])
        took.append(time.monotonic() - start)

    def look() -> None:
        reader = load.askers[0]
        while not over.wait(0.05):
            start = time.monotonic()
            reader.ask(f"/assessments/{rating.assessment_id}/")
            others.append(time.monotonic() - start)

    with psycopg.connect(settings.DATABASE_URL) as holder:
        holder.execute("SELECT 1 FROM assessments_rating WHERE id = %s FOR UPDATE", [rating.pk])
        savers = [threading.Thread(target=save) for _ in range(4)]
        reader = threading.Thread(target=look)
        for thread in (*savers, reader):
            thread.start()
        for thread in savers:
            thread.join()
        over.set()
        reader.join()
        holder.rollback()
    say(f"\nPages of others while the row was locked: {len(others)}, median {median(others):.2f} s")
    return max(took), max(others), statuses
