"""The cache over a real Redis that is full, a read-only copy, stalled, locked or away."""

from collections.abc import Iterator

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from redis.backoff import NoBackoff
from redis.retry import Retry

from assessments.evidence.queries.stored import forget_pages
from tests.factories.programme import UserFactory
from tests.redis_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NO_RETRY = Retry(NoBackoff(), 0)


FAILURES = {
    "full": (Server.full, "command not allowed when used memory"),
    "read-only": (Server.read_only, "read only replica"),
    "silent copy": (Server.silent_copy, "read only replica"),
    "locked": (Server.locked, "authenticated"),
    "stalled": (Server.stalled, "Timeout"),
    "away": (Server.stop, "Error"),
}


@pytest.fixture
def server(tmp_path, settings) -> Iterator[Server]:
    server = Server(tmp_path)
    ours = settings.CACHES["default"] | {
        "LOCATION": f"unix://{tmp_path}/redis.sock",
        "OPTIONS": {"socket_connect_timeout": 0.05, "socket_timeout": 0.05},
    }
    settings.CACHES = dict.fromkeys(settings.CACHES, ours)
    yield server
    server.stop()


@pytest.fixture(params=FAILURES)
def failing(request, server: Server) -> Server:
    fail, says = FAILURES[request.param]
    cache.set("kept", "old")
    fail(server)
    probe = redis.Redis(unix_socket_path=str(server.socket), socket_timeout=0.05, retry=NO_RETRY)
    with pytest.raises(redis.RedisError, match=f"(?i){says}"):
        probe.set("probe", 1)
    return server


def test_a_failing_redis_forgets_and_turns_nobody_away(failing: Server) -> None:
    cache.set("a", 1)
    assert cache.get("a") is None
    assert cache.get("a", "otherwise") == "otherwise"
    assert cache.add("a", 1)
    assert cache.get_or_set("b", 2) == 2
    assert cache.get_many(["a", "b"]) == {}
    assert cache.set_many({"a": 1}) == ["a"]
    assert not cache.touch("a")
    assert not cache.has_key("a")
    assert not cache.delete("a")
    cache.delete_many(["a", "b"])
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")
    cache.clear()
    forget_pages("0" * 64)


def test_people_sign_in_and_out_while_redis_fails(failing: Server, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    UserFactory(email="lead@example.org", password="a long password")
    client = Client()
    refused = client.post("/accounts/login/", {"login": "lead@example.org", "password": "wrong"})
    assert refused.status_code == 200
    typed = {"login": "lead@example.org", "password": "a long password"}
    assert client.post("/accounts/login/", typed).status_code == 302
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302


def test_a_working_redis_remembers_and_limits_attempts(server: Server, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/ip"}
    cache.set("a", 1)
    assert cache.get("a") == 1
    assert not cache.add("a", 2)
    assert cache.incr("a") == 2
    UserFactory(email="lead@example.org", password="a long password")
    typed = {"login": "lead@example.org", "password": "wrong"}
    answers = [Client().post("/accounts/login/", typed).content.decode() for _ in range(3)]
    assert ["Too many" in answer for answer in answers] == [False, False, True]
