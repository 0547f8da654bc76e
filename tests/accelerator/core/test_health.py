"""What the site says, and what still works, while PostgreSQL or Redis cannot be reached."""

import json
import os

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.urls import reverse

from accelerator.models import ReportJob
from tests.factories.assessment import started
from tests.processes import run_python
from tests.worker import database_url

DEAD_DATABASE = "postgres://nobody@127.0.0.1:9/nothing"
DEAD_REDIS = "redis://127.0.0.1:9/0"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/health/live/", "/health/ready/"])
@pytest.mark.parametrize("accept", ["application/json", "text/plain", "*/*"])
def test_all_is_well(client, address: str, accept: str) -> None:
    answer = client.get(address, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(accept.replace("*/*", "text/html"))


@pytest.mark.django_db
def test_ready_names_what_it_asked(client) -> None:
    report = client.get("/health/ready/", headers={"accept": "application/json"}).json()
    assert set(report.values()) == {"OK"}
    assert any("Database" in name for name in report)
    assert len(report) == 1
    assert client.get("/health/live/", headers={"accept": "application/json"}).json() == {}


# Answers each request of a script [[method, address, data], …] and says how long it took.
SCRIPT = """
import json, sys, time
import django
django.setup()
from django.test import Client

client = Client(raise_request_exception=False)
session = sys.argv[2] if len(sys.argv) > 2 else ""
if session:
    client.cookies["sessionid"] = session
for method, address, data in json.loads(sys.argv[1]):
    began = time.monotonic()
    answer = getattr(client, method)(address, data)
    text = b"".join(answer) if answer.streaming else answer.content
    print("ANSWER", json.dumps({
        "status": answer.status_code,
        "location": answer.get("Location", ""),
        "retry": answer.get("Retry-After"),
        "policy": answer.get("Content-Security-Policy", ""),
        "text": text.decode(),
        "seconds": time.monotonic() - began,
    }))
"""


def ask(script: list, *, session: str = "", **environ: str) -> list[dict]:
    """The answers of a site in another process, with its real time limits and rate limits."""
    kept = {name: os.environ[name] for name in ("ACCELERATOR_VAR", "EVIDENCE_ROOT", "EMAIL_URL")}
    ended = run_python(
        *("-c", SCRIPT, json.dumps(script), session),
        environ=kept
        | {"ENVIRONMENT": "development", "DEMO_MODE": "0", "SECRET_KEY": settings.SECRET_KEY}
        | environ,
    )
    lines = [line for line in ended.stdout.splitlines() if line.startswith("ANSWER ")]
    assert len(lines) == len(script), ended.stderr
    return [json.loads(line.removeprefix("ANSWER ")) for line in lines]


READY = ["get", "/health/ready/", {"format": "json"}]


@pytest.mark.slow
def test_without_postgresql_pages_say_back_in_a_moment() -> None:
    away = {"DATABASE_URL": DEAD_DATABASE, "REDIS_URL": settings.REDIS_URL}
    forms = [
        ["post", "/accounts/login/", {"login": "a@example.org", "password": "a horse"}],
        ["post", "/accounts/password/reset/", {"email": "a@example.org"}],
    ]
    pages = [
        ["get", "/", {}],
        ["get", "/assessments/1/", {}],
        ["post", "/account/", {"name": "Tom"}],
    ]
    ready, live, help_page, *answers = ask(
        [READY, ["get", "/health/live/", {}], ["get", "/help/", {}], *forms], **away
    )
    answers += ask([*pages, *forms], session="of-somebody-signed-in", **away)
    assert ready["status"] == 500
    report = json.loads(ready["text"])
    assert any("Database" in name for name, said in report.items() if said != "OK")
    assert (live["status"], help_page["status"]) == (200, 200)
    for answer in answers:
        assert answer["status"] == 503
        assert "Back in a moment" in answer["text"]
        assert answer["retry"] == "30"
        assert "default-src 'none'" in answer["policy"]
        assert "nobody" not in answer["text"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_without_redis_people_sign_in_rate_and_save(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code="design.1")
    # As production hashes it: the tests' own quick hasher is unknown there.
    cast.lead.password = PBKDF2PasswordHasher().encode("correct horse", "salt")
    cast.lead.save()
    criterion = reverse("assessments:criterion", args=[assessment.pk, "design.1"])
    typed = {"level": "2", "justification": "Registers are kept.", "version": "0"}
    ready, wrong, login, home, overview, page, autosave, reset, report = ask(
        [
            READY,
            ["post", "/accounts/login/", {"login": cast.lead.email, "password": "wrong horse"}],
            ["post", "/accounts/login/", {"login": cast.lead.email, "password": "correct horse"}],
            ["get", "/", {}],
            ["get", reverse("assessments:overview", args=[assessment.pk]), {}],
            ["get", criterion, {}],
            ["post", criterion + "autosave/", typed],
            ["post", "/accounts/password/reset/", {"email": cast.member.email}],
            ["post", reverse("assessments:report", args=[assessment.pk]), {}],
        ],
        DATABASE_URL=database_url(),
        REDIS_URL=DEAD_REDIS,
    )
    assert ready["status"] == 200, "people are served"
    assert wrong["status"] == 200
    assert (login["status"], login["location"]) == (302, "/")
    for answer in (home, overview, page, autosave):
        assert answer["status"] == 200, answer["text"][:2000]
        assert answer["seconds"] < 10
    rating.refresh_from_db()
    assert (rating.level, rating.justification) == (2, "Registers are kept.")
    assert reset["status"] == 302
    job = ReportJob.objects.get()
    assert (report["status"], report["location"]) == (302, reverse("job", args=[job.pk]))
    assert report["seconds"] < 10
    assert (job.state, job.run) == (ReportJob.State.QUEUED, 0)
