"""What one person may ask for, and how often."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from accelerator.core import limits
from accelerator.core.limits import too_often
from accelerator.models import ReportJob
from assessments.models import Assessment
from tests.factories.assessment import started
from tests.markup import page


@pytest.fixture(autouse=True)
def few(settings) -> None:
    cache.clear()
    settings.RATE_LIMITS = {"uploads": (2, 600), "reports": (1, 600), "questions": (1, 600)}


@pytest.fixture
def assessment(cast) -> Assessment:
    return started(cast.enrolment, cast.lead)


def test_each_person_and_each_thing_is_counted_by_itself(cast) -> None:
    said = [too_often("uploads", cast.lead) for _ in range(3)]
    assert said[:2] == ["", ""]
    assert "more than 2 times" in said[2]
    assert "minute" in said[2]
    assert too_often("uploads", cast.member) == ""
    assert too_often("reports", cast.lead) == ""


def test_the_next_window_begins_afresh(cast, monkeypatch) -> None:
    now = 6_000_000.0
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: now))
    assert [bool(too_often("reports", cast.lead)) for _ in range(2)] == [False, True]
    now += 600
    assert too_often("reports", cast.lead) == ""


def test_without_the_cache_nobody_is_turned_away(cast, monkeypatch) -> None:
    def away(*_args, **_options):
        raise RedisAway

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.add", away)
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.incr", away)
    assert [too_often("reports", cast.lead) for _ in range(3)] == ["", "", ""]


def test_reports_beyond_the_limit_get_a_page_and_no_job(cast, sign_in, assessment) -> None:
    client = sign_in(cast.lead)
    report = reverse("assessments:report", args=[assessment.pk])
    assert client.post(report).status_code == 302
    response = client.post(report)
    assert response.status_code == 429
    assert page(response).one("h1").text == "Please wait a little"
    assert ReportJob.objects.count() == 1
    table = reverse("assessments:ratings_csv", args=[assessment.pk])
    assert client.get(table).status_code == 429
    assert sign_in(cast.member).get(table).status_code == 200
