"""People at work over HTTP: who saves and notes what was acknowledged, and who asks for reports."""

import hashlib
import http.client
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from accelerator.models import Membership, Role, User
from assessments.models import Rating
from benchmarks.data import Sample, sign_in

T = TypeVar("T")
AWAY = (OSError, http.client.HTTPException)
PAUSE = 0.1  # a saver types, too


def patiently(ask: Callable[[], T], seconds: float = 60) -> T:
    """What the database answers, however often it must be asked while it is away."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@dataclass
class Person:
    """A signed-in browser."""

    port: int
    user: User
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    session: str = ""

    def __post_init__(self) -> None:
        self.session = self.session or sign_in(self.user)

    def ask(
        self, path: str, form: dict | None = None, seconds: float = 60
    ) -> tuple[int, str, bytes]:
        """(status, Location, body) of a GET, or of a POST of the form. Raises AWAY."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        headers = {
            "Host": "localhost",
            "X-Forwarded-Proto": "https",
            "Referer": "https://localhost/",
            "X-CSRFToken": self.token,
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}; "
            f"{settings.CSRF_COOKIE_NAME}={self.token}",
        }
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        try:
            link.request("GET" if form is None else "POST", path, body, headers)
            answer = link.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read()
        finally:
            link.close()


def members(port: int, sample: Sample, count: int) -> list[Person]:
    """More members of the sample's organisation, signed in."""
    organisation = Membership.objects.get(user=sample.lead).organisation
    made = []
    for number in range(count):
        user = User.objects.create(email=f"member-{number}@demo.example", name=f"Member {number}")
        Membership.objects.create(user=user, role=Role.MEMBER, organisation=organisation)
        made.append(Person(port, user))
    return made


class Saver:
    """Saves one criterion again and again, and remembers what the site said it had saved."""

    def __init__(self, person: Person, rating: Rating, stop: threading.Event) -> None:
        self._person, self._rating, self._stop = person, rating, stop
        self._path = (
            f"/assessments/{rating.assessment_id}/criteria/{rating.criterion.code}/autosave/"
        )
        self.acknowledged: list[str] = []
        self.refused = 0
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        number, version = 0, None
        while not self._stop.wait(PAUSE):
            number += 1
            words = f"Saved for the {number}th time, {secrets.token_hex(4)}."
            with suppress(*AWAY):
                version = self._version() if version is None else version
                answers = {"version": version, "level": number % 4, "justification": words}
                status, _, _ = self._person.ask(self._path, answers)
                if status == 200:
                    self.acknowledged.append(words)
                    version += 1
                    continue
            self.refused += 1
            version = None
        connection.close()

    def _version(self) -> int:
        return patiently(
            lambda: Rating.objects.values_list("version", flat=True).get(pk=self._rating.pk)
        )

    def lost(self) -> list[str]:
        """What was acknowledged and is in no version of the row's history."""
        history = "SELECT justification FROM assessments_ratingevent WHERE pgh_obj_id = %s"
        with connection.cursor() as cursor:
            cursor.execute(history, [self._rating.pk])
            kept = {words for (words,) in cursor.fetchall()}
        return [words for words in self.acknowledged if words not in kept]


def savers(port: int, sample: Sample, count: int, stop: threading.Event) -> list[Saver]:
    lead = User.objects.get(pk=sample.lead)
    ratings = Rating.objects.filter(assessment=sample.assessment).select_related("criterion")
    person = Person(port, lead)
    return [Saver(person, rating, stop) for rating in ratings.order_by("pk")[:count]]


def report_of(person: Person, sample: Sample) -> str:
    """Ask for the report until the site takes the wish; the job's id."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with suppress(*AWAY):
            status, location, _ = person.ask(f"/assessments/{sample.assessment}/report/", {})
            if status == 302 and "/jobs/" in location:
                return location.rstrip("/").rpartition("/")[2]
        time.sleep(0.3)
    raise RuntimeError("nobody took the wish for a report")


def is_whole(person: Person, job: str, sha256: str) -> bool:
    """Whether the person who asked gets a whole PDF, the one that was made."""
    status, _, content = person.ask(f"/jobs/{job}/download/")
    whole = content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    return status == 200 and whole and hashlib.sha256(content).hexdigest() == sha256
