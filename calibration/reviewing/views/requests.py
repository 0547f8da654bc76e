"""The coaches' questions to the organisation, and its answers. Which coach asked is not told."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from assessments.access import assessment_for
from calibration.models import EvidenceRequest
from calibration.reviewing.forms.requests import AnswerForm
from calibration.reviewing.queries.requests import request_to_answer, requests_of, why_closed
from calibration.reviewing.services import requests as exchange
from calibration.reviewing.views.pieces import take_in
from calibration.rules.problems import StepRefused

PAGE = 20


@require_safe
def requests(request: Request, pk: int) -> HttpResponse:
    """What the coaches asked about one assessment, and what was answered."""
    assessment = assessment_for(request.user, "calibration.read", pk)
    found = requests_of(assessment, request.user)
    return render(
        request,
        "calibration/organisation/requests.html",
        {
            "assessment": assessment,
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "can_respond": may(assessment, "calibration.respond"),
        },
    )


def request_answer(request: Request, pk: int) -> HttpResponse:
    """Write the answer, look at it once more, send it. It cannot be changed afterwards."""
    row = request_to_answer(request.user, pk)
    assessment = row.calibration.assessment
    if not row.can_be_answered:
        if request.method == "POST" and request.POST.get("answer"):
            return _meanwhile(request, row)
        messages.info(request, why_closed(row))
        return redirect("calibration:requests", pk=assessment.pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AnswerForm(*sent, enrolment=assessment.enrolment)
    context = {"row": row, "assessment": assessment, "form": form}
    if not form.is_bound:
        return render(request, "calibration/organisation/answer.html", context)
    form.is_valid()
    take_in(form, actor=request.user)
    if form.errors:
        return render(request, "calibration/organisation/answer.html", context, status=422)
    step = request.POST.get("step")
    if step == "send":
        return _send(request, row, form)
    if step == "change":
        return render(request, "calibration/organisation/answer.html", context)
    context["pieces"] = form.pieces()
    return render(request, "calibration/organisation/answer_check.html", context)


def _send(request: Request, row: EvidenceRequest, form: AnswerForm) -> HttpResponse:
    try:
        exchange.answer_request(
            actor=request.user,
            request=row,
            answer=form.cleaned_data["answer"],
            evidence=form.pieces(),
        )
    except StepRefused:
        return _meanwhile(request, request_to_answer(request.user, row.pk))
    enqueue("accelerator.send_mail")
    messages.success(request, "Your answer has gone to both coaches.")
    return redirect("calibration:requests", pk=row.calibration.assessment_id)


def _meanwhile(request: Request, row: EvidenceRequest) -> HttpResponse:
    """The answer that was given, or that none can be, beside what was typed and not sent.

    One's own answer, sent twice, has arrived.
    """
    typed = request.POST["answer"].strip().replace("\r\n", "\n")
    if row.answered_by == request.user and row.answer.replace("\r\n", "\n") == typed:
        messages.success(request, "Your answer has gone to both coaches.")
        return redirect("calibration:requests", pk=row.calibration.assessment_id)
    context = {
        "row": row,
        "assessment": row.calibration.assessment,
        "typed": typed,
        "why": why_closed(row),
    }
    return render(request, "calibration/organisation/answer_meanwhile.html", context, status=409)
