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
from assessments.models import Evidence
from assessments.rules.problems import AssessmentLocked
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
from calibration.rules.problems import StepRefused


@require_POST
def acknowledge(request: Request, pk: int, version: int) -> HttpResponse:
    """Say, once, that this version was read."""
    release = release_version(request.user, "calibration.respond", pk, version)
    if not release.stands:
        messages.warning(request, "There is a newer version. Please read this one first.")
        return redirect("calibration:result", pk=pk)
    try:
        is_first = releasing.acknowledge(actor=request.user, release=release)
    except StepRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if is_first:
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
        try:
            exchange.ask_about_release(
                actor=request.user,
                release=release,
                question=form.cleaned_data["question"],
                criterion=criterion_of(release, form.cleaned_data["criterion"]),
            )
        except StepRefused as refusal:
            form.add_error(None, f"{refusal} Your question was not sent.")
        else:
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
        if not form.errors and _add_late(request, release, form):
            return redirect("calibration:late_evidence", pk=pk)
    context = page_of(release) | {
        "form": form,
        "late": late_evidence_of(release.calibration),
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/organisation/late_evidence.html", context, status=status)


def _add_late(request: Request, release: Release, form: LateEvidenceForm) -> bool:
    """Keep what was sent; False, with the reason in the form, where nothing can be added now."""
    criterion = named_criterion(release, form.cleaned_data["criterion"])
    try:
        pieces = _taken_in(request, form)
        for piece in pieces:
            exchange.add_late_evidence(
                actor=request.user, release=release, criterion=criterion, evidence=piece
            )
    except (AssessmentLocked, StepRefused) as refusal:
        form.add_error(None, f"{refusal} Nothing was added beside it.")
        return False
    names = ", ".join(f"“{piece.title}”" for piece in pieces)
    messages.success(request, f"Added beside “{criterion.label}”: {names}.")
    return True


def _taken_in(request: Request, form: LateEvidenceForm) -> list[Evidence]:
    """The form's pieces: those ticked or uploaded, a link, a note."""
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
    return pieces
