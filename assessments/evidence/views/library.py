"""The library of an enrolment's evidence, and each piece in it."""

from uuid import UUID

import structlog
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.access import may, roles_of
from accelerator.core.http import Request
from accelerator.core.responses import private_file
from accelerator.models.people import OWN_ROLES
from accelerator.programme.enrolment import enrolment_for
from assessments.access import evidence_for, may_withdraw, to_withdraw
from assessments.evidence import services as evidence_service
from assessments.evidence.filters import EvidenceFilter
from assessments.evidence.forms import EvidenceForm, WithdrawForm
from assessments.evidence.queries.described import codes_of, last_described, read_of
from assessments.evidence.queries.library import (
    newest_assessment,
    pieces_of,
    room_left,
    uses_of,
    uses_seen,
)
from assessments.evidence.queries.stored import open_verified
from assessments.evidence.tidying import withdraw
from assessments.framework.queries import catalogue
from assessments.models import Assessment, Evidence
from assessments.rules.problems import (
    AssessmentLocked,
    EvidenceDamaged,
    EvidenceWithdrawn,
    StaleDescription,
)

log = structlog.get_logger(__name__)
PAGE = 25


@require_safe
def library(request: Request, enrolment_id: int) -> HttpResponse:
    """All the enrolment's evidence: where each piece is used, its size, and the room left."""
    enrolment = enrolment_for(request.user, enrolment_id, "evidence.view")
    assessment = newest_assessment(enrolment)
    found = EvidenceFilter(
        request.GET,
        queryset=pieces_of(request.user, enrolment),
        catalogue=catalogue(assessment.framework_id) if assessment else None,
    )
    return render(
        request,
        "assessments/evidence_library.html",
        {
            "enrolment": enrolment,
            "assessment": assessment,
            "filter": found,
            "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
            "quota": room_left(enrolment) if roles_of(enrolment) & OWN_ROLES else None,
            "can_add": assessment is not None
            and assessment.is_open
            and may(enrolment, "evidence.add"),
        },
    )


def evidence(request: Request, pk: str) -> HttpResponse:
    """One piece: rename, describe, choose the criteria that use it."""
    action = "evidence.add" if request.method == "POST" else "evidence.view"
    piece = evidence_for(request.user, action, pk)
    uses = list(uses_seen(piece.uses.all(), roles_of(piece)))
    assessment = newest_assessment(piece.enrolment_id)
    is_open = assessment is not None and assessment.is_open and not piece.is_withdrawn
    editable = assessment if is_open else None
    # What was typed before it closed is shown once more, to be copied.
    is_shown = request.method == "POST" or not piece.enrolment.why_closed
    can_edit = may(piece, "evidence.add") and not piece.is_withdrawn and is_shown
    form = _described(piece, editable, request.POST or None)
    context: dict = {}
    if request.method == "POST" and can_edit and form.is_valid():
        try:
            evidence_service.describe_evidence(
                actor=request.user,
                evidence=piece,
                title=form.cleaned_data["title"],
                description=form.cleaned_data["description"],
                assessment=editable,
                codes=form.cleaned_data.get("criteria", ()),
                read=form.cleaned_data["read"],
            )
        except AssessmentLocked as error:
            why = str(error) or "The assessment was submitted meanwhile."
            form.add_error(None, f"{why} Nothing was changed.")
            context["status"] = 409
        except StaleDescription:
            context |= _meanwhile(request, piece.pk)
            form = _described(context["theirs"], editable, context["data"])
        except EvidenceWithdrawn:
            messages.error(request, "This piece was withdrawn meanwhile; nothing was changed.")
            return redirect("assessments:evidence", pk=pk)
        else:
            messages.success(request, "Saved.")
            return redirect("assessments:evidence", pk=pk)
    context |= {
        "evidence": piece,
        "enrolment": piece.enrolment,
        "uses": uses,
        "form": form,
        "can_edit": can_edit,
        "can_erase": may(piece, "words.redact"),
        "can_withdraw": may_withdraw(request.user, piece) and not piece.is_withdrawn,
        "assessment": assessment,
    }
    status = context.get("status") or (422 if form.errors else 200)
    return render(request, "assessments/evidence.html", context, status=status)


def _described(
    piece: Evidence, editable: Assessment | None, data: QueryDict | None
) -> EvidenceForm:
    """The form of a piece's name, description and criteria, as they stand or as typed."""
    return EvidenceForm(
        data,
        catalogue=catalogue(editable.framework_id) if editable else None,
        initial={
            "title": piece.title,
            "description": piece.description,
            "criteria": codes_of(piece, editable),
            "read": read_of(piece, editable),
        },
    )


def _meanwhile(request: Request, pk: UUID) -> dict:
    """What stands now, by whom, beside what was typed: saved again, that takes its place."""
    piece = evidence_for(request.user, "evidence.add", str(pk))
    assessment = newest_assessment(piece.enrolment_id)
    editable = assessment if assessment is not None and assessment.is_open else None
    data = request.POST.copy()
    codes = codes_of(piece, editable)
    data["read"] = read_of(piece, editable)
    levels = catalogue(editable.framework_id) if editable else None
    return {
        "status": 409,
        "data": data,
        "theirs": piece,
        "theirs_criteria": [levels.by_code[code].label for code in codes] if levels else [],
        "last": last_described(piece),
    }


@require_safe
def evidence_download(request: Request, pk: str) -> HttpResponseBase:
    """The file as an attachment, after a fresh access check and a check of its SHA-256."""
    piece = evidence_for(request.user, "evidence.view", pk)
    if piece.kind != Evidence.Kind.FILE or piece.is_withdrawn:
        return redirect("assessments:evidence", pk=pk)
    try:
        stored = open_verified(piece)
    except EvidenceDamaged as error:
        log.error("evidence_damaged", evidence=str(piece.pk), error=str(error))
        messages.error(
            request,
            "This file is damaged in our store, so we will not send it. "
            "Please tell the Learning Hub, and upload it again if you still have it.",
        )
        return redirect("assessments:evidence", pk=pk)
    return private_file(stored, filename=piece.original_name, media_type=piece.media_type)


def evidence_withdraw(request: Request, pk: str) -> HttpResponse:
    """Remove a piece for good, after a page that says what that means."""
    piece = to_withdraw(request.user, pk)
    form = WithdrawForm(request.POST or None)
    if piece.is_withdrawn:
        return redirect("assessments:evidence", pk=pk)
    if request.method == "POST" and form.is_valid():
        withdraw(actor=request.user, evidence=piece, reason=form.cleaned_data["reason"])
        messages.success(request, "It is withdrawn, and its content is removed for good.")
        return redirect("assessments:library", enrolment_id=piece.enrolment_id)
    return render(
        request,
        "assessments/evidence_withdraw.html",
        {"evidence": piece, "form": form, "uses": uses_of(piece)},
        status=422 if form.errors else 200,
    )
