"""Stored files, checked before they are read; and pages drawn of PDFs, kept for a while by the
file's SHA-256 and the page's number."""

import hashlib
from contextlib import closing

from django.core.cache import BaseCache, caches
from django.core.files import File

from accelerator.core.files.pages import MAX_PAGES, Page, PageNotShown, draw_page
from assessments.models import Evidence
from assessments.rules.problems import EvidenceDamaged

KEEP_SECONDS = 15 * 60


def _pages() -> BaseCache:
    return caches["evidence-pages"]


def _key(sha256: str, number: int) -> str:
    return f"evidence-page:{sha256}:{number}"


def open_verified(evidence: Evidence) -> File:
    """The stored file, at its start, after its SHA-256 was checked. Raises EvidenceDamaged."""
    try:
        stored = evidence.file.storage.open(evidence.file.name or "", "rb")
    except FileNotFoundError as error:
        raise EvidenceDamaged(f"evidence {evidence.pk} is missing from storage") from error
    if hashlib.file_digest(stored, "sha256").hexdigest() != evidence.sha256:
        stored.close()
        raise EvidenceDamaged(f"evidence {evidence.pk} does not match its SHA-256")
    stored.seek(0)
    return stored


def page_of(evidence: Evidence, number: int) -> Page:
    """Page `number` (from 1) of a PDF, drawn at most once a quarter of an hour where a cache
    in memory is there for it.

    Raises PageNotShown, and EvidenceDamaged when it must be drawn of a file that changed.
    """
    key = _key(evidence.sha256, number)
    kept = _pages().get(key)
    if kept is None:
        try:
            with closing(open_verified(evidence)) as stream:
                kept = draw_page(stream, number)
        except PageNotShown as error:
            # A file that cannot be drawn must not start a process for each reload.
            kept = str(error)
        _pages().set(key, kept, KEEP_SECONDS)
    if isinstance(kept, str):
        raise PageNotShown(kept)
    return kept


def forget_pages(sha256: str) -> None:
    """Drop all that is kept of a file, as its withdrawal promises."""
    _pages().delete_many(_key(sha256, number) for number in range(1, MAX_PAGES + 1))
