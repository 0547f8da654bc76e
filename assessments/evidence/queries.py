"""The assessment that new evidence serves, and drawn pages of stored PDFs.

Pages are kept for a while by the file's SHA-256 and the page's number.
"""

from collections.abc import Callable
from contextlib import closing
from typing import BinaryIO

from django.core.cache import cache

from accelerator.models import Enrolment
from assessments.files.pages import MAX_PAGES, Page, PageNotShown, draw_page
from assessments.models import Assessment

KEEP_SECONDS = 15 * 60


def newest_assessment(enrolment: Enrolment | int) -> Assessment | None:
    """The assessment of the round that the enrolment is in."""
    rounds = Assessment.objects.filter(enrolment=enrolment).newest()
    return rounds.select_related("enrolment").first()


def _key(sha256: str, number: int) -> str:
    return f"evidence-page:{sha256}:{number}"


def page_of(sha256: str, number: int, open_file: Callable[[], BinaryIO]) -> Page:
    """Page `number` (from 1), drawn at most once a quarter of an hour. Raises PageNotShown.

    `open_file` is asked for the verified bytes when the page is not kept; what it raises passes.
    """
    key = _key(sha256, number)
    kept = cache.get(key)
    if kept is None:
        try:
            with closing(open_file()) as stream:
                kept = draw_page(stream, number)
        except PageNotShown as error:
            # A file that cannot be drawn must not start a process for each reload.
            kept = str(error)
        cache.set(key, kept, KEEP_SECONDS)
    if isinstance(kept, str):
        raise PageNotShown(kept)
    return kept


def forget_pages(sha256: str) -> None:
    """Drop all that is kept of a file, as its withdrawal promises."""
    cache.delete_many(_key(sha256, number) for number in range(1, MAX_PAGES + 1))
