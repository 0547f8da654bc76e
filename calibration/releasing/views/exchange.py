"""What an organisation does with its calibrated framework: acknowledge, ask, add evidence."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accelerator.core.http import Request
from accelerator.core.limits import too_often
from accelerator.core.queue import enqueue
from assessments.evidence import services as evidence_service
from assessments.framework.queries import catalogue
from calibration.models import Release
from calibration.releasing.forms.organisation import LateEvidenceForm, QuestionForm
from calibration.releasing.queries.exchange import (
    criterion_of,
    late_evidence_of,
    named_criterion,
    questions_about,
)
from calibration.releasing.queries.releases import page_of, release_version, standing_release
from calibration.releasing.services import exchange, releasing
from calibration.reviewing.views.pieces import take_in


@require_POST
def acknowledge(request: Request, pk: int, version: int) -> HttpResponse:
    """Say, once, that this version was read."""
    release = release_version(request.user, "calibration.respond", pk, version)
    if not release.stands:
        messages.warning(request, "There is a newer version. Please read this one first.")
    elif releasing.acknowledge(actor=request.user, release=release):
        messages.success(request, "Thank you. The Learning Hub can see that you have read it.")
    else:
        messages.info(request, "This was acknowledged before. Nothing has changed.")
    return redirect("calibration:result", pk=pk)


def release_ask(request: Request, pk: int) -> HttpResponse:
    """Ask the Learning Hub about the release, and read what it answered."""
    release = standing_release(request.user, "calibration.respond", pk)
    framework = catalogue(release.calibration.assessment.framework_id)
    form = QuestionForm(
        request.POST or None,
        catalogue=framework,
        initial={"criterion": request.GET.get("criterion", "")},
    )
    asked = request.method == "POST" and form.is_valid()
    if asked and (sentence := too_often("questions", request.user)):
        form.add_error("question", sentence)
    elif asked:
        exchange.ask_about_release(
            actor=request.user,
            release=release,
            question=form.cleaned_data["question"],
            criterion=criterion_of(release, form.cleaned_data["criterion"]),
        )
        enqueue("accelerator.send_mail")
        messages.success(
            request, "Your question has gone to the Learning Hub. The answer will appear here."
        )
        return redirect("calibration:release_ask", pk=pk)
    context = page_of(release) | {
        "form": form,
        "questions": questions_about(release.calibration),
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/organisation/ask.html", context, status=status)


def late_evidence(request: Request, pk: int) -> HttpResponse:
    """Put evidence beside a released criterion. It reopens nothing and moves no level."""
    release = standing_release(request.user, "calibration.respond", pk)
    assessment = release.calibration.assessment
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = LateEvidenceForm(
        *sent,
        enrolment=assessment.enrolment,
        catalogue=catalogue(assessment.framework_id),
        initial={"criterion": request.GET.get("criterion", "")},
    )
    if form.is_bound:
        form.is_valid()
        take_in(form, actor=request.user)
        if not form.errors:
            _add_late(request, release, form)
            return redirect("calibration:late_evidence", pk=pk)
    context = page_of(release) | {
        "form": form,
        "late": late_evidence_of(release.calibration),
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/organisation/late_evidence.html", context, status=status)


def _add_late(request: Request, release: Release, form: LateEvidenceForm) -> None:
    given = form.cleaned_data
    common: dict[str, Any] = {"actor": request.user, "enrolment": form.enrolment}
    pieces = form.pieces()
    if given["link_url"]:
        pieces.append(
            evidence_service.add_link(url=given["link_url"], title=given["link_title"], **common)
        )
    if given["note_text"]:
        pieces.append(
            evidence_service.add_note(note=given["note_text"], title=given["note_title"], **common)
        )
    criterion = named_criterion(release, given["criterion"])
    for piece in pieces:
        exchange.add_late_evidence(
            actor=request.user, release=release, criterion=criterion, evidence=piece
        )
    names = ", ".join(f"“{piece.title}”" for piece in pieces)
    messages.success(request, f"Added beside “{criterion.label}”: {names}.")
