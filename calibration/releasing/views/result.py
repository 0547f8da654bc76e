"""A released calibration: the page, its earlier versions, the spreadsheet and the PDF."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may, roles_of, scoped
from accelerator.core.exports import about_lines, csv_response
from accelerator.core.http import Request
from accelerator.core.jobs.services import request_job
from accelerator.core.limits import limited
from accelerator.core.queue import enqueue_job
from accelerator.models.people import BESIDE, OWN_ROLES
from calibration.models import Release
from calibration.releasing.queries.exchange import late_evidence_of, questions_about
from calibration.releasing.queries.export import CSV_HEADER, csv_rows
from calibration.releasing.queries.releases import (
    release_version,
    releases_of,
    standing_release,
)
from calibration.releasing.queries.result import (
    RESULT_REPORT,
    basis_of,
    file_name,
    reports_of,
    result_of,
    status_of,
)
from calibration.releasing.queries.versions import news_of


@require_safe
def result(request: Request, pk: int) -> HttpResponse:
    """The release that stands: what is strong first, then everything, then what to do with it."""
    return _show(request, standing_release(request.user, "calibration.read", pk))


@require_safe
def result_version(request: Request, pk: int, version: int) -> HttpResponse:
    """A superseded version as it was given; the one that stands has its own address."""
    release = release_version(request.user, "calibration.read", pk, version)
    if release.stands:
        return redirect("calibration:result", pk=pk)
    return _show(request, release)


def _show(request: Request, release: Release) -> HttpResponse:
    user, calibration = request.user, release.calibration
    found = result_of(release)
    own = not roles_of(release).isdisjoint(OWN_ROLES)
    return render(
        request,
        "calibration/organisation/result.html",
        {
            "release": release,
            "can_erase": may(release, "words.redact"),
            "calibration": calibration,
            "assessment": calibration.assessment,
            "result": found,
            "news": news_of(release),
            "grid": found.grid,
            "summary": found.summary(own=own),
            "status": status_of(release),
            "own": own,
            "versions": releases_of(calibration),
            "questions": scoped(user, questions_about(calibration), "calibration.read"),
            "late": late_evidence_of(calibration),
            "jobs": reports_of(release, user),
            "can_report": may(release, "report.make"),
            "can_respond": may(release, "calibration.respond") and not calibration.why_closed,
        },
    )


@require_safe
@limited("reports")
def result_csv(request: Request, pk: int, version: int) -> HttpResponse:
    """One version of the release, one row a criterion in the framework's order."""
    release = release_version(request.user, "calibration.read", pk, version)
    about = about_lines(request.user, basis_of(release))
    rows = csv_rows(result_of(release))
    name = file_name(release, "csv")
    return csv_response(name, CSV_HEADER, rows, about, reader=request.user, of=release)


@require_POST
@limited("reports")
def result_report(request: Request, pk: int, version: int) -> HttpResponse:
    """Ask for the PDF of one version; its page shows how far it is."""
    release = release_version(request.user, "report.make", pk, version)
    enrolment = release.calibration.assessment.enrolment
    job = request_job(
        actor=request.user,
        kind=RESULT_REPORT,
        title=f"Calibrated framework of {enrolment.organisation}, version {version}"[:200],
        params={
            "calibration": pk,
            "version": version,
            "back_url": reverse("calibration:result_version", args=[pk, version]),
        },
        enrolment=enrolment,
        cohort=enrolment.cohort if roles_of(release) & BESIDE else None,
    )
    enqueue_job(job)
    return redirect("job", pk=job.pk)
