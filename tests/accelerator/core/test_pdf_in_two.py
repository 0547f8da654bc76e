"""Documents drawn in two processes are as if drawn in one, whatever goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accelerator.core.pdf import ResourceRefused, drawing, render_report
from accelerator.core.pdf import start_partner as start
from accelerator.core.pdf import stop_partner as stop
from accelerator.core.pdf.parts import MARK
from tests.factories.pdf_anatomy import anatomy, faults
from tests.factories.report_context import report_context
from tests.worker import wait_for

REPORT = "assessments/pdf/heatmap_report.html"
STYLE = """<style>@page { size: A5; @bottom-left { content: "Page " counter(page, place) " of "
counter(pages, whole) } } section { break-before: page } p { break-before: page }</style>"""
TABLE = "<table><tr><th>Head</th></tr><tr><td>Cell</td></tr></table>"

# Python 3.12 warns of any fork beside threads; a worker forks before it has any.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@pytest.fixture
def draw(render_page) -> Iterator[Callable[..., bytes]]:
    """Draws the given sections in two, of which each may be a part."""
    head = f'<!doctype html><html lang="en-GB"><head><title>t</title>{STYLE}</head>'

    def render(*sections: str) -> bytes:
        body = MARK.join(f"<section>{section}</section>" for section in sections)
        return render_page(f"{head}<body>{body}</body></html>")

    start()
    yield render
    stop()


def partner() -> int:
    """The number of the process that draws with this one."""
    return drawing._partner.process_id


def long_context() -> dict[str, Any]:
    context = report_context(values=((1, 0, 2), (3, None), (0,)))
    rows = context["pillars"][0]["rows"]
    rows[0]["justification"] = "We talked about this more than once. " * 300
    rows[2]["evidence"] = [{"title": f"Piece {number}", "kind": "file"} for number in range(90)]
    return context


@pytest.mark.parametrize(
    "words",
    [
        report_context(),
        report_context(values=((2, 1, 0, None, 1), (0, 1, 2), (2, 2)), level_count=3),
        report_context(values=((0,),)),
        report_context(values=((0, None, 3),) * 12, synthetic=False),
        long_context(),
    ],
    ids=["usual", "three levels", "one criterion", "two pages of map", "long texts"],
)
def test_a_report_in_two_is_as_if_drawn_in_one(words, alone_and_in_two):
    alone, in_two = alone_and_in_two(lambda: render_report(REPORT, words))
    assert alone != in_two
    assert anatomy(in_two) == anatomy(alone)
    assert faults(alone) == faults(in_two) == []


def test_links_and_tables_on_both_sides_of_the_cut(alone_and_in_two, draw, caplog):
    caplog.set_level("WARNING")
    on = '<a href="#two">On</a>'
    pages = (
        f'<h1 id="one">One</h1>{on}{on}<a href="#one">Here</a>{TABLE}<p>More</p>',
        f'<h1 id="two">Two</h1><a href="#one">Back</a><a href="#one">Again</a>{TABLE}{TABLE}',
    )
    alone, in_two = alone_and_in_two(lambda: draw(*pages))
    assert anatomy(in_two) == anatomy(alone)
    assert faults(in_two) == []
    assert [text.splitlines()[-1] for text in anatomy(in_two)["texts"]] == [
        f"Page {number} of 3" for number in (1, 2, 3)
    ]
    assert caplog.text == ""


def test_table_headings_of_two_like_parts_stay_apart(draw):
    assert faults(draw(TABLE, TABLE)) == []


def test_a_link_to_nowhere_is_dropped_and_the_first_of_two_like_targets_counts(
    alone_and_in_two, draw
):
    pages = (
        '<a href="#nowhere">A</a><a href="#twice">B</a><i id="twice">First</i>',
        '<a href="#nowhere">A</a><i id="twice">Second</i>',
    )
    alone, in_two = alone_and_in_two(lambda: draw(*pages))
    assert anatomy(in_two) == anatomy(alone)


def test_parts_without_links_names_or_page_numbers(alone_and_in_two, draw):
    plain = '<i style="page: plain">Words</i><style>@page plain { @bottom-left { content: none } }'
    alone, in_two = alone_and_in_two(lambda: draw(plain + "</style>", "<i>Words</i>"))
    assert anatomy(in_two) == anatomy(alone)


def test_what_people_type_is_not_taken_for_a_mark_or_a_link(alone_and_in_two):
    context = report_context(values=((1, 0), (3, None)))
    for section in context["pillars"]:
        for row in section["rows"]:
            row["justification"] = '<!-- part --><a href="#x"></body><style>p{color:red}</style>'
    alone, in_two = alone_and_in_two(lambda: render_report(REPORT, context))
    assert anatomy(in_two) == anatomy(alone)
    assert anatomy(alone)["texts"][1].count('<!-- part --><a href="#x">') == 2


def test_the_same_input_gives_the_same_bytes(draw):
    first = draw("<h1>One</h1>", "<h1>Two</h1>")
    assert draw("<h1>One</h1>", "<h1>Two</h1>") == first
    assert draw("<h1>One</h1>", "<h1>Other</h1>") != first


def test_a_document_without_a_mark_is_drawn_alone(draw):
    os.kill(partner(), signal.SIGSTOP)
    assert anatomy(draw("<h1>One</h1>"))["texts"][0].startswith("One")


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    "hostile",
    ['<img src="file:///etc/passwd" alt="">', '<style>@import "http://127.0.0.1:9/x"</style>'],
)
def test_a_refused_resource_stops_either_part_and_not_the_next_document(draw, place, hostile):
    parts = ["<h1>One</h1>", "<h1>Two</h1>"]
    good = draw(*parts)
    parts[place] += hostile
    with pytest.raises(ResourceRefused, match="allowed"):
        draw(*parts)
    assert draw("<h1>One</h1>", "<h1>Two</h1>") == good


@pytest.mark.parametrize("when", ["idle", "at work"])
def test_when_the_second_process_is_killed_the_report_is_drawn_and_another_starts(
    draw, when, caplog
):
    caplog.set_level("WARNING")
    parts = ("<h1>One</h1>", "<h1>Two</h1>")
    good = anatomy(draw(*parts))
    before = partner()
    if when == "idle":
        os.kill(before, signal.SIGKILL)
    else:
        os.kill(before, signal.SIGSTOP)
        threading.Timer(1, os.kill, (before, signal.SIGKILL)).start()
    assert anatomy(draw(*parts)) == good
    assert "drawing alone" in caplog.text
    assert anatomy(draw(*parts)) == good
    assert partner() not in (0, before)


def test_the_second_process_keeps_nothing_open_but_its_line_and_the_terminal():
    with Path(os.devnull).open() as low:
        high = os.dup2(low.fileno(), 500)
        start()
        try:
            wait_for(lambda: len(list(Path(f"/proc/{partner()}/fd").iterdir())) == 4)
        finally:
            os.close(high)
            stop()


def test_a_fault_of_ours_is_not_taken_for_a_partner_that_is_gone(draw, caplog, monkeypatch):
    caplog.set_level("WARNING")
    monkeypatch.setattr(drawing, "join", lambda parts: Path("/no/such/file").read_bytes())
    with pytest.raises(FileNotFoundError):
        draw("<h1>One</h1>", "<h1>Two</h1>")
    assert caplog.text == ""


def test_a_stop_that_is_interrupted_leaves_no_stale_process_behind(draw, monkeypatch):
    good = draw("<h1>One</h1>", "<h1>Two</h1>")
    wait = os.waitpid

    def interrupted(process_id: int, options: int) -> None:
        wait(process_id, options)
        raise TimeoutError

    monkeypatch.setattr(os, "waitpid", interrupted)
    with pytest.raises(TimeoutError):
        drawing._partner.stop()
    monkeypatch.undo()
    assert partner() == 0
    drawing._partner.stop()
    assert draw("<h1>One</h1>", "<h1>Two</h1>") == good


ALONE = """
import os, signal, sys, tempfile, django
tempfile.tempdir = sys.argv[1]
django.setup()
from accelerator.core.pdf import cool_down, drawing, render_report, warm_up
from tests.factories.report_context import report_context
warm_up()
context = report_context(values=((0, 1), (2, 3)))
render_report("assessments/pdf/heatmap_report.html", context)
print(drawing._partner.process_id, flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
cool_down()
os._exit(0)
"""


@pytest.mark.parametrize("how", ["killed", "shut down"])
def test_the_second_process_ends_with_its_worker(how, tmp_path):
    started = subprocess.run(
        [sys.executable, "-c", ALONE, str(tmp_path), how],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "accelerator.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert started.returncode == (-signal.SIGKILL if how == "killed" else 0), started.stderr
    wait_for(lambda: not alive(int(started.stdout)))
    # Of a worker that was killed, the files of its own fonts are left.
    assert len(list(tmp_path.iterdir())) == (how == "killed")


def alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
