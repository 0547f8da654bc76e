"""A coach's workbench as the tests ask for it: addresses, forms, one rating."""

from django.urls import reverse

from calibration.models import Calibration, Review, ReviewRating
from tests.factories.calibration import review_of

CODE = "monitor.3"


def url(name: str, review: Review, *more: str) -> str:
    return reverse(f"calibration:{name}", args=[review.pk, *more])


def data(version: int = 0, **more) -> dict:
    """A whole answer to one criterion, as the form sends it."""
    return {"answer": "1", "commentary": "Registers are kept.", "version": version, **more}


def mine(calibration: Calibration, coach, code: str = CODE) -> ReviewRating:
    return review_of(calibration, coach).ratings.get(criterion__code=code)


def main_of(page: str) -> str:
    return page.partition("<main")[2]
