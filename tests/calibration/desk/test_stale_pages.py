"""A decision that went stale and "everything is decided" never stand together on a page."""

import pytest
from django.urls import reverse

from calibration.models import Calibration
from tests.calibration.desk.test_told import answered
from tests.factories.organisation import quickly_agreed
from tests.markup import page

pytestmark = pytest.mark.django_db
DECIDED = ("Everything is decided", "Every criterion is decided", "Agreed, not yet released")


@pytest.fixture
def stale(cast) -> Calibration:
    """Agreed, and then the organisation answers a question about one criterion."""
    calibration = quickly_agreed(cast, 1)
    answered(cast, calibration, "monitor.3")
    assert calibration.is_agreed
    return calibration


def test_no_page_says_that_all_is_decided(cast, sign_in, stale) -> None:
    slug = cast.enrolment.cohort.slug
    pages = [
        (cast.moderator, reverse("calibration:desk", args=[stale.pk])),
        (cast.moderator, reverse("calibration:moderation")),
        (cast.moderator, reverse("calibration:confirm_agreements", args=[stale.pk])),
        (cast.coach_a, reverse("calibration:desk", args=[stale.pk])),
        (cast.hub, reverse("calibration:desk", args=[stale.pk])),
        (cast.hub, reverse("calibration:release", args=[stale.pk])),
        (cast.hub, reverse("cohort", args=[slug])),
    ]
    for person, address in pages:
        shown = page(sign_in(person).get(address))
        text = shown.one("main").text
        # The filters offer every state by its name.
        for form in shown.one("main").all("form"):
            text = text.replace(form.text, "")
        for words in DECIDED:
            assert words not in text, (address, words)


def test_the_lists_say_that_it_needs_another_look(cast, sign_in, stale) -> None:
    moderation = page(sign_in(cast.moderator).get(reverse("calibration:moderation"))).text
    assert "Was agreed; needs another look" in moderation
    assert "29 of 30" in moderation
    assert "1 to look at again" in moderation
    assert "1 to settle." in page(sign_in(cast.moderator).get(reverse("home"))).text
    cohort = page(sign_in(cast.hub).get(reverse("cohort", args=[cast.enrolment.cohort.slug])))
    assert "1 decision to look at again" in cohort.text
    release = reverse("calibration:release", args=[stale.pk])
    assert release not in {link["href"] for link in cohort.all("a", href=True)}
    desk = page(sign_in(cast.hub).get(reverse("calibration:desk", args=[stale.pk])))
    assert release not in {link["href"] for link in desk.all("a", href=True)}
