"""The benchmarks can run, and two requests keep within their queries; nothing is timed here."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import resolve

from benchmarks import web
from tests.factories.assessment import started

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "part", ["data", "faults", "hostile", "memory", "pdf", "plain", "processes", "worker"]
)
def test_the_pieces_import(part):
    importlib.import_module(f"benchmarks.{part}")


def test_the_command_names_its_parts():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    for part in ("pdf", "memory", "web", "all", "faults", "hostile"):
        assert part in done.stdout


def test_an_overview_and_an_autosave_keep_within_their_queries(cast):
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.select_related("criterion").first()
    counted = web.queries(cast.lead, assessment, rating)
    assert counted.keys() == web.BUDGETS.keys()
    for name, most in web.BUDGETS.items():
        assert 0 < counted[name] <= most, name


def test_the_plain_views_do_what_ours_do(cast, rf):
    """A save that costs less because it does nothing would flatter no one but deceive."""
    from benchmarks import plain

    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.first()
    sent = {"version": 0, "level": 3, "justification": "Words.", "by": cast.lead.pk}
    assert plain.autosave(rf.post("/", sent), rating.pk).status_code == 200
    assert plain.autosave(rf.post("/", sent), rating.pk).status_code == 409
    rating.refresh_from_db()
    assert (rating.level, rating.justification, rating.version) == (3, "Words.", 1)
    page = plain.overview(rf.get("/"), assessment.pk).content.decode()
    assert page.count("<td") == assessment.ratings.count()
    assert resolve("/plain/overview/1/", "benchmarks.urls").func is plain.overview


def test_a_request_carries_the_version_it_was_made_from():
    saves = web.Saves(lambda line: f"{line} HTTP/1.1\r\n".encode(), "/save/", by=1)
    head, _, body = saves.at(7).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /save/ HTTP/1.1")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"version=7" in body
    assert b"by=1" in body
