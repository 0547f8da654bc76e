"""Draws PDF files from Django templates, in one process or with a partner."""

from __future__ import annotations

import functools
import gc
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import unquote

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.document import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from accelerator.core.pdf.partner import Partner, PartnerGone, hear, tell
from accelerator.core.pdf.parts import MARK, Part, cut, join
from accelerator.core.pdf.resources import BASE_URL, ResourceRefused, StaticOnlyFetcher, static_file
from accelerator.core.text import TURNING

VARIANT = "pdf/ua-1"
# No font has them, and XMP metadata (XML 1.0) has no way to write them; or they turn what is read.
CONTROL_CHARACTERS = {
    code: None for code in (*range(32), 127, *TURNING) if chr(code) not in "\t\n\r"
}
# Sheets written in these two ways are parsed once in each process, and not for each document.
STYLE = re.compile(r'<link rel="stylesheet" href="static:([^"]*)">|<style>(.*?)</style>', re.DOTALL)
GC_THRESHOLDS = (50_000, 20, 50)

logger = logging.getLogger(__name__)

# Pango's font maps are not safe to share between threads.
_render_lock = threading.Lock()
_partner: Partner | None = None


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

    def describe(metadata: DocumentMetadata) -> None:
        metadata.title = title.translate(CONTROL_CHARACTERS)
        metadata.authors = [author.translate(CONTROL_CHARACTERS)] if author else []
        metadata.description = subject.translate(CONTROL_CHARACTERS)
        metadata.generator = "Impact Accelerator"
        metadata.created = metadata.modified = created.isoformat(timespec="seconds")

    with _render_lock:
        if _partner is None or MARK not in html:
            return _draw(html, describe)
        try:
            return _draw_in_two(_partner, html, describe)
        except PartnerGone:
            logger.warning("The second process that draws is gone: drawing alone", exc_info=True)
            return _draw(html, describe)


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

    From then on it draws with a second process. Call it once in each worker process, after the
    fork and before it opens a connection.
    """
    _font_configuration(os.getpid())
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    start_partner()


def cool_down() -> None:
    """Before a worker process ends: its partner ended, and the files of its fonts removed."""
    stop_partner()
    _parsed.cache_clear()
    _font_configuration.cache_clear()
    gc.unfreeze()
    gc.collect()


def start_partner() -> None:
    """Draws documents that have a mark in two processes from now on, each a part of the pages."""
    global _partner
    stop_partner()
    _partner = Partner(_draw_second)
    _partner.start()


def stop_partner() -> None:
    """Draws every document in this process again."""
    global _partner
    if _partner is not None:
        _partner.stop()
        _partner = None


def _draw(
    html: str, describe: Callable[[DocumentMetadata], None], counters: PageCounters | None = None
) -> bytes:
    fetcher = StaticOnlyFetcher()
    try:
        sheets = [_sheet(name, text) for name, text in STYLE.findall(html)]
        document = HTML(string=STYLE.sub("", html), base_url=BASE_URL, url_fetcher=fetcher).render(
            stylesheets=sheets,
            font_config=_font_configuration(os.getpid()),
            counter_style=counters,
            pdf_variant=VARIANT,
        )
        if counters is not None:
            counters.settle(len(document.pages))
        describe(document.metadata)
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


def _draw_in_two(
    partner: Partner, html: str, describe: Callable[[DocumentMetadata], None]
) -> bytes:
    (first, first_elsewhere), (second, second_elsewhere) = cut(html)

    def parts() -> Iterator[Part]:
        line = partner.ask(second)
        counters = PageCounters(line, comes_first=True)
        yield Part(_draw(first, describe, counters), first_elsewhere)
        yield Part(hear(line), second_elsewhere)

    try:
        return join(parts())
    except BaseException:
        # It may be in the middle of its part, with words for us under way.
        partner.stop()
        raise


def _draw_second(html: str, line: Connection) -> bytes:
    return _draw(html, lambda metadata: None, PageCounters(line, comes_first=False))


class PageCounters(CounterStyle):
    """Page numbers of a part, as the whole document has them.

    In the boxes around a page `counter(page, place)` is the page's number in the whole and
    `counter(pages, whole)` the number of all pages. When both parts are laid out they tell each
    other how many pages they have. In a document drawn alone neither style is known, and WeasyPrint
    writes plain numbers.
    """

    def __init__(self, line: Connection, *, comes_first: bool) -> None:
        super().__init__()
        self._line, self._comes_first = line, comes_first
        self._told = False
        self._heard: int | None = None

    def settle(self, pages: int) -> int:
        """Tells the other part that this one has so many pages; returns how many that has."""
        if not self._told:
            tell(self._line, pages)
            self._told = True
        return self._others()

    def _others(self) -> int:
        if self._heard is None:
            self._heard = hear(self._line)
        return self._heard

    def render_value(
        self, counter_value: int, counter_name: Any = None, *rest: Any, **more: Any
    ) -> str:
        """WeasyPrint's words for a counter's value."""
        if counter_name == "whole":
            return str(counter_value + self.settle(counter_value))
        if counter_name == "place":
            return str(counter_value + (0 if self._comes_first else self._others()))
        return super().render_value(counter_value, counter_name, *rest, **more)


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
