"""A locked row, or a query without end, stops one request for a moment and not the site."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections
from django.urls import reverse

from accelerator.core.database import limit_waiting
from tests.factories.assessment import started
from tests.processes import PRODUCTION, run_python

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def limited() -> Iterator[None]:
    """This process's connections wait as a page's do, only shorter."""
    options = connections.settings["default"]["OPTIONS"]
    kept = dict(options)
    connection.close()
    limit_waiting(lock=0.2, statement=0.5)
    yield
    connection.close()
    options.clear()
    options.update(kept)


def shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


def test_a_locked_row_is_answered_with_busy_and_saved_once_it_is_free(
    cast, sign_in, limited
) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code="design.1")
    client = sign_in(cast.lead)
    client.raise_request_exception = False
    address = reverse("assessments:autosave", args=[assessment.pk, "design.1"])
    typed = {"level": "2", "justification": "Registers are kept.", "version": "0"}
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as holder:
            table = rating._meta.db_table
            holder.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [rating.pk])
        began = time.monotonic()
        busy = client.post(address, typed)
        assert time.monotonic() - began < 5
        assert (busy.status_code, busy["Retry-After"]) == (503, "5")
        assert b"Busy: please try again" in busy.content
        assert client.get(reverse("home")).status_code == 200
        other.rollback()
        assert client.post(address, typed).status_code == 200
    finally:
        other.close()
    rating.refresh_from_db()
    assert (rating.level, rating.justification) == (2, "Registers are kept.")


def test_a_query_without_end_is_stopped(limited) -> None:
    with pytest.raises(OperationalError, match="statement timeout"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")


def test_what_the_operator_asked_for_wins(limited) -> None:
    options = connections.settings["default"]["OPTIONS"]
    options["options"] = "-c lock_timeout=7000"
    limit_waiting(lock=1, statement=2)
    connection.close()
    assert (shown("lock_timeout"), shown("statement_timeout")) == ("7s", "2s")


START = """
import sys
import django
django.setup()
if sys.argv[1] == "page":
    import accelerator.wsgi
elif sys.argv[1] == "worker":
    from celery.signals import worker_init
    worker_init.send(sender=None)
from django.db import connections
print(connections.settings["default"]["OPTIONS"]["options"])
"""


@pytest.mark.parametrize(
    ("process", "options"),
    [
        ("page", "-c lock_timeout=1000 -c statement_timeout=15000 -c jit=off"),
        ("worker", "-c lock_timeout=10000 -c statement_timeout=120000 -c jit=off"),
        ("command", "-c jit=off"),
    ],
)
def test_pages_wait_shortly_workers_longer_and_commands_as_they_must(process, options) -> None:
    ended = run_python("-c", START, process, environ=PRODUCTION)
    assert ended.stdout.strip() == options, ended.stderr
    assert settings.PAGE_LIMITS["lock"] < settings.WORKER_LIMITS["lock"]
