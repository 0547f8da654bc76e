import pytest
from django.urls import reverse

from calibration.models import Review
from tests.factories.calibration import assigned, review_of


@pytest.fixture
def review(cast) -> Review:
    """Coach A's review, just assigned."""
    return review_of(assigned(cast), cast.coach_a)


@pytest.fixture
def hub(cast, sign_in):
    return sign_in(cast.hub)


@pytest.fixture
def at(cast):
    """The address of a page of the cast's cohort, or of a row."""

    def at(name: str, *args) -> str:
        full = name if name == "cohort" else f"calibration:{name}"
        return reverse(full, args=args or [cast.enrolment.cohort.slug])

    return at
