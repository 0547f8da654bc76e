"""PDF documents from Django templates. The only importer of WeasyPrint.

A document may use two kinds of resource and no other: `static:` (a file of the static
files) and `data:`. Anything else stops the rendering with `ResourceRefused`.
"""

from __future__ import annotations

import functools
import gc
import logging
import mimetypes
import os
import re
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

VARIANT = "pdf/ua-1"
# Documents carry their own base, so that a relative address reaches the fetcher and is
# refused there; without a base WeasyPrint drops it with a line in the log.
BASE_URL = "static:"
# No font has them, and XMP metadata (XML 1.0) has no way to write them.
CONTROL_CHARACTERS = {code: None for code in (*range(32), 127) if chr(code) not in "\t\n\r"}
# Sheets written in these two ways are parsed once in each process, and not for each document.
STYLE = re.compile(r'<link rel="stylesheet" href="static:([^"]*)">|<style>(.*?)</style>', re.DOTALL)
GC_THRESHOLDS = (50_000, 20, 50)

# Pango's font maps are not safe to share between threads.
_render_lock = threading.Lock()

# They tell of every page and every font of every document.
for chatty in ("weasyprint.progress", "fontTools"):
    logging.getLogger(chatty).setLevel(logging.WARNING)


class ResourceRefused(Exception):
    """A document asked for something outside the static files, or not among them."""


def render_pdf(
    template_name: str,
    context: Mapping[str, Any],
    *,
    title: str,
    created: datetime,
    author: str = "",
    subject: str = "",
) -> bytes:
    """A tagged PDF/UA-1 file made from a Django template.

    The template sets `<html lang>`. `title`, `author`, `subject` and `created` (aware)
    become the file's metadata. The same input gives the same bytes.

    Raises ResourceRefused when the page asks for a resource that it may not have, and
    ValueError when `created` is naive.
    """
    if created.tzinfo is None:
        raise ValueError("created must be an aware datetime")
    html = render_to_string(template_name, dict(context)).translate(CONTROL_CHARACTERS)
    fetcher = StaticOnlyFetcher()
    with _render_lock:
        try:
            sheets = [_sheet(name, text) for name, text in STYLE.findall(html)]
            document = HTML(
                string=STYLE.sub("", html), base_url=BASE_URL, url_fetcher=fetcher
            ).render(
                stylesheets=sheets,
                font_config=_font_configuration(os.getpid()),
                pdf_variant=VARIANT,
            )
            metadata = document.metadata
            metadata.title = title.translate(CONTROL_CHARACTERS)
            metadata.authors = [author.translate(CONTROL_CHARACTERS)] if author else []
            metadata.description = subject.translate(CONTROL_CHARACTERS)
            metadata.generator = "Impact Accelerator"
            metadata.created = metadata.modified = created.isoformat(timespec="seconds")
            # No pdf_identifier: WeasyPrint would compress the whole file twice to make one.
            data = document.write_pdf(pdf_variant=VARIANT)
        except FatalURLFetchingError as error:
            # A BaseException in WeasyPrint, so that nothing inside it swallows it: it must
            # not leave this module, or it would end a worker instead of failing one job.
            raise ResourceRefused(str(error.__cause__ or error)) from error
    if fetcher.refusal is not None:
        # Inside an SVG image WeasyPrint swallows even that, and draws nothing.
        raise fetcher.refusal
    return data


def render_report(template_name: str, context: Mapping[str, Any]) -> bytes:
    """`render_pdf` of a report, whose context says `title`, `made_at`, `made_by`, `status_line`."""
    return render_pdf(
        template_name,
        context,
        title=context["title"],
        created=context["made_at"],
        author=context["made_by"],
        subject=context["status_line"],
    )


def warm_up() -> None:
    """Prepares a worker process: fonts listed, what is loaded now left out of collection.

    Call it once in each worker process, after the fork.
    """
    _font_configuration(os.getpid())
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


class StaticOnlyFetcher(URLFetcher):
    """Serves `static:` and `data:` addresses; every other address stops the rendering.

    `refusal` keeps the first ResourceRefused.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
        self.refusal: ResourceRefused | None = None

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The resource at `url`. Raises ResourceRefused."""
        try:
            return self._serve(url, headers)
        except ResourceRefused as refusal:
            self.refusal = self.refusal or refusal
            raise

    def _serve(self, url: str, headers: Mapping[str, str] | None) -> URLFetcherResponse:
        scheme, _, rest = url.partition(":")
        match scheme.lower():
            case "static":
                path = static_file(unquote(rest))
                kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
            case "data":
                try:
                    return super().fetch(url, headers)
                except ValueError as error:
                    raise ResourceRefused(f"Not a data: address: {url[:200]}") from error
        raise ResourceRefused(f"Only static: and data: resources are allowed, not {url[:200]}")


def static_file(name: str) -> Path:
    """The real path of the static file `name` ("css/pdf.css").

    Looks in the source folders first (development), then among the collected files
    (production). Raises ResourceRefused for an absolute name, a name with `..`, a link
    that leads out of the static files, and a file that does not exist.
    """
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in name or "\0" in name:
        raise ResourceRefused(f"Not the name of a static file: {name[:200]!r}")
    try:
        found = finders.find(name) or staticfiles_storage.path(name)
    except SuspiciousFileOperation as error:
        raise ResourceRefused(f"Outside the static files: {name[:200]!r}") from error
    path = Path(found).resolve()
    if not path.is_file():
        raise ResourceRefused(f"No such static file: {name[:200]!r}")
    if not any(path.is_relative_to(root) for root in _static_roots()):
        raise ResourceRefused(f"Outside the static files: {name[:200]!r}")
    return path


def _static_roots() -> Iterator[Path]:
    for finder in finders.get_finders():
        for storage in getattr(finder, "storages", {}).values():
            yield Path(storage.location).resolve()
    yield Path(staticfiles_storage.location).resolve()


@functools.cache
def _font_configuration(process_id: int) -> FontConfiguration:
    # One per process: it keeps the decoded fonts, and a new one for each document leaks.
    return FontConfiguration()


def _sheet(name: str, text: str) -> CSS:
    return _parsed(os.getpid(), static_file(unquote(name)).read_text() if name else text)


@functools.lru_cache(maxsize=16)
def _parsed(process_id: int, text: str) -> CSS:
    return CSS(
        string=text,
        base_url=BASE_URL,
        url_fetcher=StaticOnlyFetcher(),
        font_config=_font_configuration(process_id),
    )
