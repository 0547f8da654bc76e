"""What was handed in: the page, the spreadsheet and the order of a PDF."""

import csv
import io

import pytest
from django.urls import reverse

from accelerator.models import ReportJob
from assessments.models import Rating
from assessments.rating.services import save_rating
from assessments.submission.services import submit_assessment
from tests.factories.assessment import answers, note, rate_all
from tests.markup import page

HOSTILE = ['=HYPERLINK("http://x.example","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "|x"]


@pytest.fixture
def handed_in(assessment, cast):
    """Every level, one reason, hostile words and a hostile title."""
    for number, rating in enumerate(assessment.ratings.select_related("assessment")):
        words = HOSTILE[number] if number < len(HOSTILE) else f"Reason {number}, with “quotes”"
        given = answers(number % 4, words, evidence_state="none", practice="used")
        if number == 29:
            given = answers(None, "", cannot_rate_reason="=cmd()")
        save_rating(actor=cast.lead, rating=rating, read_version=0, answers=given)
    note(cast.enrolment, cast.lead, assessment.ratings.select_related("assessment").last())
    submit_assessment(actor=cast.lead, assessment=assessment)
    assessment.refresh_from_db()
    return assessment


def table(response) -> tuple[list[str], list[list[str]], list[str]]:
    """Header, rows and the lines about the export."""
    text = response.content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    end = lines.index([])
    return lines[0], lines[1:end], [line[0] for line in lines[end + 1 :]]


def test_the_page_shows_the_map_and_every_word(client, at, handed_in) -> None:
    response = client.get(at("results"))
    assert response.status_code == 200
    shown = page(response)
    assert len(shown.one("table", class_="map").all("td")) == 30
    for rating in handed_in.ratings.all():
        assert " ".join(rating.justification.split()) in shown.text
    assert "Cannot be rated: =cmd()" in shown.text
    assert handed_in.framework.attribution[:60] in shown.text


def test_there_are_no_results_before_submission(client, at) -> None:
    assert client.get(at("results")).url == at("overview")


def test_nothing_on_the_page_is_a_score_or_a_rank(client, at, handed_in) -> None:
    text = page(client.get(at("results"))).one("main").text.lower()
    for word in ("average", "score", "rank", "pass mark", "grade", "total:"):
        assert word not in text


def test_the_spreadsheet_has_a_row_for_each_criterion_in_order(client, at, handed_in) -> None:
    response = client.get(at("ratings_csv"))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="ratings-')
    assert "no-store" in response.headers["Cache-Control"]
    header, rows, _ = table(response)
    assert header[:5] == ["pillar", "criterion", "statement", "counted", "level"]
    assert len(rows) == 30
    assert {len(row) for row in rows} == {len(header)}
    named = [dict(zip(header, row, strict=True)) for row in rows]
    kept = list(handed_in.ratings.order_by("criterion__position").select_related("criterion"))
    assert [row["criterion"] for row in named] == [rating.criterion.code for rating in kept]
    keys = ["none", "little", "moderate", "high"]
    assert [row["level"] for row in named] == [*(keys[number % 4] for number in range(29)), ""]
    assert [row["counted"] for row in named].count("yes") == 25
    assert named[29]["level name"] == "Cannot be rated"
    assert named[29]["pieces of evidence"] == "1"
    assert named[10]["justification"] == "Reason 10, with “quotes”"
    assert named[10]["exists or used"] == "It is used"


def test_no_cell_of_the_spreadsheet_is_a_formula(client, at, handed_in) -> None:
    header, rows, about = table(client.get(at("ratings_csv")))
    column = header.index("justification")
    for number, hostile in enumerate(HOSTILE):
        cell = rows[number][column]
        assert cell.removeprefix("'").replace("\\|", "|").strip() == hostile.strip()
    for cell in [cell for row in [header, *rows] for cell in row] + about:
        assert not cell or cell[0] not in "=+-@\t\r|", cell


def test_the_spreadsheet_says_who_made_it_when_and_on_what_basis(client, at, handed_in, cast):
    _, _, about = table(client.get(at("ratings_csv")))
    assert about[0].startswith(f"Made by {cast.lead.name} on ")
    assert cast.enrolment.organisation.name in about[1]
    assert "Confidence Framework 2.0" in about[1]


def test_a_draft_can_be_taken_out_by_its_own_people_only(client, at, assessment, cast, sign_in):
    _, rows, about = table(client.get(at("ratings_csv")))
    assert {row[4] for row in rows} == {""}
    assert "being rated" in about[1]
    for person in (cast.hub, cast.outsider, cast.funder, cast.coach_a):
        assert sign_in(person).get(at("ratings_csv")).status_code == 404


def test_asking_for_the_pdf_makes_one_job_however_often(client, at, handed_in, cast) -> None:
    first = client.post(at("report"))
    again = client.post(at("report"))
    job = ReportJob.objects.get()
    assert first.url == again.url == reverse("job", args=[job.pk])
    assert job.requested_by == cast.lead
    assert job.params["assessment"] == handed_in.pk
    assert job.state == ReportJob.State.QUEUED
    assert client.get(at("report")).status_code == 405
    shown = page(client.get(at("results")))
    assert shown.all("a", href=reverse("job", args=[job.pk]))
    client.post(reverse("job_cancel", args=[job.pk]))
    client.post(at("report"))
    assert ReportJob.objects.count() == 2


def test_ones_own_reports_are_listed_and_not_a_colleagues(client, at, handed_in, cast, sign_in):
    sign_in(cast.member).post(at("report"))
    job = ReportJob.objects.get()
    shown = page(client.get(at("results")))
    assert shown.all("a", href=reverse("job", args=[job.pk])) == []


def test_the_results_do_not_move_with_what_comes_after(client, at, handed_in) -> None:
    before = client.get(at("ratings_csv")).content.split(b"Made by")[0]
    rating = Rating.objects.first()
    late = {"level": "0", "justification": "Late", "version": rating.version}
    client.post(at("criterion", "design.overall"), late)
    assert client.get(at("ratings_csv")).content.split(b"Made by")[0] == before


def test_a_rated_assessment_of_nothing_but_the_lowest_reads_as_such(client, at, assessment, cast):
    rate_all(assessment, cast.lead, level=0)
    submit_assessment(actor=cast.lead, assessment=assessment)
    _, rows, _ = table(client.get(at("ratings_csv")))
    assert {(row[4], row[5]) for row in rows} == {("none", "Low or no confidence")}
