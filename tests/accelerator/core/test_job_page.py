"""The page of a job looks at once, then densely, then less and less often; its buttons stay."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.core.jobs.rules import next_look_ms
from accelerator.core.jobs.services import cancel_job, request_job
from accelerator.models import ReportJob
from tests.markup import page

pytestmark = pytest.mark.django_db
AGES = [timedelta(seconds=seconds) for seconds in (0, 4, 6, 40, 600)]


@pytest.fixture
def job(cast) -> ReportJob:
    return request_job(
        actor=cast.lead,
        kind="test.report",
        title="A report",
        params={"back_url": "/help/"},
        enrolment=cast.enrolment,
    )


def wait_ms(response) -> int:
    trigger = page(response).one(id="job-now")["hx-trigger"]
    return int(re.fullmatch(r"load delay:(\d+)ms, every 10s", trigger)[1])


def status(sign_in, cast, job, age: timedelta):
    ReportJob.objects.filter(pk=job.pk).update(requested_at=timezone.now() - age)
    return sign_in(cast.lead).get(reverse("job_status", args=[job.pk]))


def test_the_page_looks_at_once_and_then_less_often_with_the_jobs_age(cast, job, sign_in) -> None:
    first = sign_in(cast.lead).get(reverse("job", args=[job.pk]))
    waits = [wait_ms(first), *(wait_ms(status(sign_in, cast, job, age)) for age in AGES)]
    assert waits == [150, 300, 300, 1000, 2000, 5000]


def test_a_job_never_grows_more_urgent() -> None:
    waits = [next_look_ms(timedelta(seconds=age)) for age in range(900)]
    assert all(earlier <= later for earlier, later in pairwise(waits))


def test_a_look_at_an_open_job_leaves_the_buttons_in_place(cast, job, sign_in) -> None:
    """A button that is replaced between press and release would swallow the click."""
    whole = page(sign_in(cast.lead).get(reverse("job", args=[job.pk])))
    assert whole.one(id="job").all(id="job-cancel")
    assert not whole.one(id="job-now").all(id="job-cancel")
    answer = status(sign_in, cast, job, AGES[0])
    assert "HX-Retarget" not in answer.headers
    assert [each["id"] for each in page(answer).all(id=True)] == ["job-now"]


def test_an_ended_job_replaces_the_whole_part_and_looks_no_more(cast, job, sign_in) -> None:
    cancel_job(actor=cast.lead, job=job)
    answer = status(sign_in, cast, job, AGES[0])
    assert answer.headers["HX-Retarget"] == "#job"
    assert answer.headers["HX-Reswap"] == "outerHTML"
    part = page(answer)
    assert part.one(id="job").all(id="job-retry")
    assert not part.all(hx_get=True)
    assert part.one(id="job-now")["data-words"] == "A report: Cancelled"
