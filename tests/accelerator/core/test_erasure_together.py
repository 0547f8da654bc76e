"""Words do not come back when somebody saves, releases or asks for a report at that moment."""

import pytest
from django.db import transaction

from accelerator.core.erasure.queries import place_of
from accelerator.core.erasure.services import remove_words
from accelerator.core.jobs.services import request_job
from accelerator.models import ReportJob
from assessments.models import Rating
from assessments.rating.services import StaleRating, save_rating
from calibration.models import ReviewRating
from calibration.releasing.services.releasing import release
from tests.factories import calibration as calibrations
from tests.factories.assessment import answers, started
from tests.factories.evidence import rows_that_hold
from tests.together import start, wait_for_a_lock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECRET = "Zephyrine Quillfeather"


def remove(cast, row, name: str) -> int:
    place = place_of(cast.hub, cast.enrolment, row._meta.label, str(row.pk), name)
    assert place is not None
    return remove_words(
        actor=cast.hub,
        enrolment=cast.enrolment,
        place=place,
        kind="child",
        reason="It names a child.",
    )


@pytest.fixture
def rating(cast) -> Rating:
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.select_related("assessment").get(criterion__code="design.1")
    save_rating(
        actor=cast.lead, rating=rating, read_version=0, answers=answers(1, f"{SECRET} said so.")
    )
    return Rating.objects.get(pk=rating.pk)


def save_more(cast, rating: Rating) -> Rating:
    more = answers(2, f"{SECRET} said so, and more.")
    return save_rating(actor=cast.lead, rating=rating, read_version=rating.version, answers=more)


def test_a_save_that_was_first_loses_its_words_too(cast, rating) -> None:
    with transaction.atomic():
        save_more(cast, rating)
        removal = start(lambda: remove(cast, rating, "justification"))
        wait_for_a_lock(removal)
    removal.result()
    assert rows_that_hold(SECRET) == []
    assert Rating.objects.get(pk=rating.pk).level == 2


def test_a_save_that_was_second_is_refused(cast, rating) -> None:
    with transaction.atomic():
        remove(cast, rating, "justification")
        save = start(lambda: save_more(cast, rating))
        wait_for_a_lock(save)
    assert isinstance(save.exception(), StaleRating)
    assert rows_that_hold(SECRET) == []


def test_a_release_that_was_first_loses_the_words_too(cast) -> None:
    calibration = calibrations.agreed(cast)
    rating = ReviewRating.objects.filter(review__calibration=calibration).first()
    words = rating.commentary
    with transaction.atomic():
        release(actor=cast.hub, calibration=calibration)
        removal = start(lambda: remove(cast, rating, "commentary"))
        wait_for_a_lock(removal)
    removal.result()
    given = calibration.releases.get().snapshot[rating.criterion.code]
    assert words not in given["commentary"]
    assert "[removed on " in given["commentary"]


def test_a_release_that_was_second_takes_no_words(cast) -> None:
    calibration = calibrations.agreed(cast)
    rating = ReviewRating.objects.filter(review__calibration=calibration).first()
    words = rating.commentary
    with transaction.atomic():
        remove(cast, rating, "commentary")
        given = start(lambda: release(actor=cast.hub, calibration=calibration))
        wait_for_a_lock(given)
    assert words not in given.result().snapshot[rating.criterion.code]["commentary"]


def test_a_report_that_is_asked_for_meanwhile_waits(cast, rating) -> None:
    with transaction.atomic():
        remove(cast, rating, "justification")
        asked = start(
            lambda: request_job(
                actor=cast.lead, kind="test", title="R", params={}, enrolment=cast.enrolment
            )
        )
        wait_for_a_lock(asked)
    assert ReportJob.objects.get(pk=asked.result().pk).state == ReportJob.State.QUEUED
