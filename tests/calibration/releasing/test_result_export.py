"""The calibrated framework as a spreadsheet and as a PDF made by a real worker."""

import csv
import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accelerator.core.jobs.services import JobRefused, request_job
from accelerator.core.pdf import render_report
from accelerator.models import Membership, ReportJob
from calibration.models import Release
from calibration.releasing.queries.result import RESULT_REPORT, report_context
from calibration.releasing.tasks import make_result
from tests.factories.organisation import released_again, varied
from tests.factories.pdf_anatomy import anatomy, faults
from tests.markup import page
from tests.worker import broker, wait_for, worker  # noqa: F401

HOSTILE = '=HYPERLINK("http://x.example","{}")'


@pytest.fixture
def release(cast) -> Release:
    return varied(cast, commentary=HOSTILE, lift="@SUM({})")


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.lead)


def at(name: str, release: Release) -> str:
    return reverse(f"calibration:{name}", args=[release.calibration_id, release.version])


def table(response) -> tuple[list[dict[str, str]], list[str]]:
    """The rows by column name, and the lines about the export."""
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    end = lines.index([])
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:end]]
    return rows, [line[0] for line in lines[end + 1 :]]


def test_the_spreadsheet_has_both_levels_and_every_word(client, release) -> None:
    response = client.get(at("result_csv", release))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="calibrated-' in response.headers["Content-Disposition"]
    assert "-baseline-v1.csv" in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]
    rows, _ = table(response)
    assert [row["criterion"] for row in rows] == list(release.snapshot)
    assert {row["own level"] for row in rows} == {"moderate"}
    assert [row["calibrated level"] for row in rows[:4]] == ["none", "little", "moderate", "high"]
    assert rows[0]["calibrated level name"] == "Low or no confidence"
    assert [row["change"] for row in rows[:4]] == [
        "Marked down two steps",
        "Marked down",
        "Unchanged",
        "Marked up",
    ]
    assert [row["counted"] for row in rows].count("yes") == 25
    assert rows[1]["why it differs"] == "The evidence for it was not there to see."
    assert rows[2]["why it differs"] == ""


def test_no_cell_of_the_spreadsheet_is_a_formula(client, release) -> None:
    rows, about = table(client.get(at("result_csv", release)))
    assert 'HYPERLINK("http://x.example","7")' in rows[7]["commentary"]
    assert "SUM(7)" in rows[7]["what would lift it one level"]
    for cell in [cell for row in rows for cell in row.values()] + about:
        assert not cell or cell[0] not in "=+-@\t\r|", cell


def test_the_spreadsheet_says_which_version_it_is(cast, client, release) -> None:
    _, about = table(client.get(at("result_csv", release)))
    assert about[0].startswith(f"Made by {cast.lead.name} on ")
    assert "Version 1, released " in about[1]
    assert "superseded" not in about[1]
    second = released_again(cast, release.calibration)
    _, about = table(client.get(at("result_csv", release)))
    assert "Version 1, released " in about[1]
    assert ", superseded " in about[1]
    rows, about = table(client.get(at("result_csv", second)))
    assert "Version 2, released " in about[1]
    assert rows[4]["commentary"] == "Second look at 4."


def test_every_reader_has_the_spreadsheet_and_some_the_pdf(cast, sign_in, release) -> None:
    for name in ("lead", "member", "sponsor", "hub", "coach_a", "coach_b", "moderator"):
        reader = sign_in(getattr(cast, name))
        assert reader.get(at("result_csv", release)).status_code == 200, name
        expected = 403 if name in ("coach_a", "coach_b", "moderator") else 302
        assert reader.post(at("result_report", release)).status_code == expected, name
    assert ReportJob.objects.count() == 4
    hub = ReportJob.objects.get(requested_by=cast.hub)
    assert hub.cohort == cast.enrolment.cohort
    assert sign_in(cast.hub).get(reverse("job", args=[hub.pk])).status_code == 200


def test_asking_twice_is_one_job_and_it_is_listed(client, release) -> None:
    first, again = (
        client.post(at("result_report", release)),
        client.post(at("result_report", release)),
    )
    job = ReportJob.objects.get()
    assert first.url == again.url == reverse("job", args=[job.pk])
    assert client.get(at("result_report", release)).status_code == 405
    shown = page(client.get(reverse("calibration:result", args=[release.calibration_id])))
    assert shown.all("a", href=reverse("job", args=[job.pk]))


def asked(release: Release, actor) -> ReportJob:
    return request_job(
        actor=actor,
        kind=RESULT_REPORT,
        title="Calibrated framework",
        params={"calibration": release.calibration_id, "version": release.version},
        enrolment=release.calibration.assessment.enrolment,
    )


def test_access_is_checked_again_when_it_is_made(cast, release) -> None:
    job = asked(release, cast.member)
    Membership.objects.filter(user=cast.member).delete()
    with pytest.raises(JobRefused, match="You can no longer open"):
        make_result(job, lambda percent, text: None)
    coach = asked(release, cast.coach_a)
    with pytest.raises(JobRefused):
        make_result(coach, lambda percent, text: None)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_the_pdf_is_the_same_when_two_processes_draw_it(cast, release, alone_and_in_two) -> None:
    context = report_context(release, cast.lead)
    alone, in_two = alone_and_in_two(
        lambda: render_report("calibration/pdf/result_report.html", context)
    )
    assert alone != in_two
    assert anatomy(in_two) == anatomy(alone)
    assert faults(alone) == faults(in_two) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_the_pdf_and_marks_a_superseded_one(
    cast,
    sign_in,
    worker,  # noqa: F811
) -> None:
    client = sign_in(cast.lead)
    first = varied(cast)
    second = released_again(cast, first.calibration)
    worker()
    texts = {}
    for release in (first, second):
        client.post(at("result_report", release))
        job = ReportJob.objects.get(params__version=release.version)
        wait_for(lambda job=job: not ReportJob.objects.get(pk=job.pk).is_open, 120)
        job.refresh_from_db()
        assert job.state == ReportJob.State.DONE, job.error
        assert job.filename.endswith(f"-baseline-v{release.version}.pdf")
        content = client.get(reverse("job_download", args=[job.pk])).getvalue()
        reader = PdfReader(io.BytesIO(content))
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert cast.enrolment.organisation.name in reader.metadata.title
        bookmarks = [one.title for one in reader.outline if not isinstance(one, list)]
        assert bookmarks[:2] == ["Calibrated heat-map", "What is strong"]
        texts[release.version] = [" ".join(each.extract_text().split()) for each in reader.pages]
    old, new = texts[1], texts[2]
    assert all("Superseded on" in text for text in old)
    assert not any("uperseded" in text for text in new)
    front, whole = new[0], " ".join(new)
    assert "The coaches saw 7 of 30 as the organisation does; 16 lower, 7 higher." in front
    assert front.count("Down from Moderate") == 16
    assert front.count("Up from Moderate") == 7
    assert front.count("Unchanged") == 7
    assert "Marked down two steps" in whole
    assert "A first draft of priorities" in whole
    for place in range(30):
        assert f"Second look at {place}." in whole
        assert f"Do thing number {place}." in whole
    assert "Second look" not in " ".join(old)
