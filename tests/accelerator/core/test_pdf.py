"""Making PDFs: what a document may reach, and what becomes of what it may not."""

from __future__ import annotations

import base64
import gc
import io
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from accelerator.core.pdf import (
    ResourceRefused,
    StaticOnlyFetcher,
    cool_down,
    drawing,
    render_pdf,
    static_file,
    warm_up,
)

CREATED = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def texts(reader: PdfReader) -> list[str]:
    """The text of each page, with runs of white space made one space."""
    return [" ".join(page.extract_text().split()) for page in reader.pages]


@pytest.fixture
def render_body(render_page) -> Callable[[str], bytes]:
    """Renders a page with the given body."""
    return lambda body: render_page(
        f'<!doctype html><html lang="en-GB"><title>t</title><body>{body}</body></html>'
    )


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def assert_no_visit(listener: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.png",
        "HTTP://example.org/x.png",
        "ftp://example.org/x.png",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "javascript:alert(1)",
        "/etc/passwd",
        "css/pdf.css",
        "//example.org/x.png",
        "static",
        "data:no-comma",
        "data:text/css;base64,not base64!",
        "static:",
        "static:/etc/passwd",
        "static:///etc/passwd",
        "static://example.org/x.png",
        "static:../../manage.py",
        "static:../manage.py",
        "static:css/../../manage.py",
        "static:%2e%2e/manage.py",
        "static:css%2f..%2f..%2fmanage.py",
        "static:..\\manage.py",
        "static:css/pdf.css%00.png",
        "static:css",
        "static:css/no-such-file.css",
        "static:vendor/atkinson/../../package.json",
    ],
)
def test_the_fetcher_refuses_what_is_not_static_or_data(url):
    with pytest.raises(ResourceRefused):
        StaticOnlyFetcher().fetch(url)


def test_the_fetcher_serves_static_files_and_data():
    sheet = StaticOnlyFetcher().fetch("static:css/pdf.css")
    assert sheet.content_type == "text/css"
    assert b"@page" in sheet.read()
    image = StaticOnlyFetcher().fetch("data:image/svg+xml,%3Csvg/%3E")
    assert image.content_type == "image/svg+xml"
    assert image.read() == b"<svg/>"


def test_the_fetcher_follows_no_redirect():
    assert not any(hasattr(handler, "redirect_request") for handler in StaticOnlyFetcher().handlers)


def test_a_link_out_of_the_static_files_is_refused(settings, tmp_path):
    root, outside = tmp_path / "static", tmp_path / "secret.css"
    (root / "inner").mkdir(parents=True)
    outside.write_text("secret")
    (root / "plain.css").write_text("plain")
    (root / "leak.css").symlink_to(outside)
    (root / "up").symlink_to(tmp_path)
    (root / "inner" / "alias.css").symlink_to(root / "plain.css")
    settings.STATICFILES_DIRS = [root]
    assert static_file("plain.css").read_text() == "plain"
    assert static_file("inner/alias.css").read_text() == "plain"
    for name in ("leak.css", "up/secret.css"):
        with pytest.raises(ResourceRefused, match="Outside"):
            static_file(name)


def test_collected_files_serve_where_the_sources_are_missing(settings, tmp_path):
    settings.STATICFILES_DIRS = []
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / "only-collected.css").write_text("collected")
    assert static_file("only-collected.css").read_text() == "collected"
    with pytest.raises(ResourceRefused, match="No such static file"):
        static_file("css/pdf.css")


NESTED_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<image href="ADDRESS" width="9" height="9"/></svg>'
)


@pytest.mark.parametrize("address", ["http://127.0.0.1:PORT/x", "file:///etc/passwd", "x.png"])
@pytest.mark.parametrize(
    "body",
    [
        '<img src="ADDRESS" alt="">',
        '<link rel="stylesheet" href="ADDRESS">',
        "<style>@import url(ADDRESS);</style>",
        "<style>@font-face{font-family:x;src:url(ADDRESS)} p{font-family:x}</style><p>x</p>",
        '<p style="background-image:url(ADDRESS)">x</p>',
        '<p style="list-style-image:url(ADDRESS);display:list-item">x</p>',
        "<style>p::before{content:url(ADDRESS)}</style><p>x</p>",
        "<style>@page{background:url(ADDRESS)}</style><p>x</p>",
        '<object data="ADDRESS"></object>',
        '<embed src="ADDRESS">',
        '<link rel="attachment" href="ADDRESS">',
        '<svg width="9" height="9"><image href="ADDRESS" width="9" height="9"/></svg>',
        "NESTED",
    ],
)
def test_rendering_fails_on_a_refused_resource(render_body, listener, body, address):
    address = address.replace("PORT", str(listener.getsockname()[1]))
    if body == "NESTED":
        data = base64.b64encode(NESTED_SVG.replace("ADDRESS", address).encode()).decode()
        body = f'<img src="data:image/svg+xml;base64,{data}" alt="x">'
    with pytest.raises(ResourceRefused, match="Only static: and data:"):
        render_body(body.replace("ADDRESS", address))
    assert_no_visit(listener)


def test_rendering_fails_on_a_missing_static_file(render_body):
    with pytest.raises(ResourceRefused, match="No such static file"):
        render_body('<img src="static:img/no-such.png" alt="">')


def test_rendering_works_again_after_a_refusal(render_body):
    with pytest.raises(ResourceRefused):
        render_body('<img src="http://127.0.0.1:9/x" alt="">')
    assert texts(read(render_body("<p>All is well</p>"))) == ["All is well"]


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        render_pdf("any.html", {}, title="t", created=CREATED.replace(tzinfo=None))


def test_control_characters_reach_neither_text_nor_metadata(render_page):
    page = '<html lang="en-GB"><p>{{ words }}</p></html>'
    data = render_page(page, {"words": "be\x0bfore"}, title="Ti\x01tle", author="A & <B>")
    assert texts(read(data)) == ["before"]
    assert read(data).metadata.title == "Title"
    assert read(data).xmp_metadata.dc_creator == ["A & <B>"]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_warm_up_freezes_what_is_loaded():
    before = gc.get_threshold()
    try:
        warm_up()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == drawing.GC_THRESHOLDS
    finally:
        cool_down()
        gc.set_threshold(*before)
    assert gc.get_freeze_count() == 0


def test_a_sheet_is_parsed_once_and_again_when_it_changes(settings, tmp_path, render_body):
    sheet = tmp_path / "own.css"
    settings.STATICFILES_DIRS = [tmp_path]
    link = (
        '<link rel="stylesheet" href="static:own.css"><style>i { color: red }</style><p>words</p>'
    )
    for word in ("one", "two"):
        sheet.write_text(f"p::before {{ content: '{word} ' }}")
        assert texts(read(render_body(link))) == [f"{word} words"]
    parsed = drawing._parsed.cache_info().misses
    assert texts(read(render_body(link))) == ["two words"]
    assert drawing._parsed.cache_info().misses == parsed


def test_a_linked_sheet_is_applied(settings, tmp_path, render_body):
    (tmp_path / "own.css").write_text("p::before { content: 'styled ' }")
    settings.STATICFILES_DIRS = [tmp_path]
    data = render_body('<link rel="stylesheet" href="static:own.css"><p>words</p>')
    assert texts(read(data)) == ["styled words"]
    with pytest.raises(ResourceRefused, match="No such static file"):
        render_body('<link rel="stylesheet" href="static:missing.css">')
