"""What monitors are told, and only they."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accelerator.core import counting
from accelerator.core.jobs.tasks import sweep
from accelerator.models import OutgoingMail, ReportJob
from tests.accelerator.core.test_jobs import ask
from tests.factories.programme import UserFactory, stuck_letter
from tests.worker import broker

__all__ = ["broker"]
pytestmark = pytest.mark.django_db
TOKEN = {"authorization": "Bearer a-long-token"}


@pytest.fixture
def token(settings, monkeypatch, tmp_path) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    monkeypatch.setattr(counting, "_folder", lambda: tmp_path / "counts")
    counting._counts.clear()


def metrics() -> dict[str, float]:
    lines = Client().get("/metrics", headers=TOKEN).content.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


@pytest.mark.parametrize("address", ["/metrics", "/health/degraded/"])
def test_only_the_bearer_of_the_token_is_told(address: str, settings, token, broker) -> None:
    assert Client().get(address).status_code == 404
    assert Client().get(address, headers={"authorization": "Bearer other"}).status_code == 404
    assert Client().get(address, headers=TOKEN).status_code != 404
    settings.METRICS_TOKEN = ""
    for headers in (TOKEN, {"authorization": "Bearer "}, {"authorization": "Bearer"}):
        assert Client().get(address, headers=headers).status_code == 404


def test_requests_are_counted_by_route_and_by_all_processes(token, broker, monkeypatch) -> None:
    for _ in range(2):
        Client().get("/help/?q=words")
    Client().get("/nowhere-at-all/")
    monkeypatch.setattr(counting.os, "getpid", lambda: 1)
    Client().get("/help/")
    found = metrics()
    help_page = 'accelerator_requests_total{route="help",method="GET",status="200"}'
    nothing = 'accelerator_requests_total{route="nothing",method="GET",status="404"}'
    assert found[nothing] == 2, "the file of a process holds all it counted"
    assert found[help_page] == 2 + 3
    assert "words" not in str(found)
    assert "nowhere" not in str(found)


def test_jobs_letters_and_queues_are_told_with_their_age(cast, token, broker) -> None:
    old, _ = ask(cast, 1), ask(cast, 2)
    hour = timezone.now() - timedelta(hours=1)
    ReportJob.objects.filter(pk=old.pk).update(requested_at=hour)
    OutgoingMail.objects.filter(pk=stuck_letter().pk).update(created_at=hour)
    stuck_letter(attempts=0)
    broker.lpush("celery", "task")
    found = metrics()
    assert found['accelerator_jobs{state="queued"}'] == 2
    assert found['accelerator_jobs{state="failed"}'] == 0
    assert 3600 <= found['accelerator_jobs_oldest_seconds{state="queued"}'] < 3700
    assert (found["accelerator_outbox_waiting"], found["accelerator_outbox_stuck"]) == (2, 1)
    assert 3600 <= found["accelerator_outbox_oldest_seconds"] < 3700
    assert found['accelerator_queue_tasks{queue="celery"}'] == 1
    assert found['accelerator_queue_tasks{queue="mail"}'] == 0


def test_what_is_degraded_is_named_and_the_site_stays_ready(cast, sign_in, broker, token) -> None:
    client = sign_in(UserFactory(is_staff=True))
    assert client.get("/health/degraded/").json()["worker"] == "has not swept"
    sweep()
    parts = client.get("/health/degraded/").json()
    assert parts.pop("degraded") == []
    assert set(parts.values()) == {"ok"}
    assert metrics()['accelerator_degraded{part="mail"}'] == 0
    hour = timezone.now() - timedelta(hours=1)
    ReportJob.objects.filter(pk=ask(cast).pk).update(requested_at=hour)
    stuck_letter(next_attempt_at=hour)
    broker.set("accelerator-swept-at", 1)
    parts = client.get("/health/degraded/").json()
    assert parts["degraded"] == ["worker", "reports", "mail"]
    assert parts["mail"].startswith("waits for 36")
    assert metrics()['accelerator_degraded{part="mail"}'] == 1
    assert client.get("/health/ready/").status_code == 200


@pytest.mark.django_db
def test_a_new_token_and_the_one_before_open_while_both_are_set(settings) -> None:
    settings.METRICS_TOKEN = "new, old"
    for token, status in (("new", 200), ("old", 200), ("", 404), ("new, old", 404), (",", 404)):
        answer = Client().get("/metrics", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status, token
