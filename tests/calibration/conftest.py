import pytest

from calibration.models import Review
from tests.factories.calibration import assigned, review_of


@pytest.fixture
def review(cast) -> Review:
    """Coach A's review, just assigned."""
    return review_of(assigned(cast), cast.coach_a)
