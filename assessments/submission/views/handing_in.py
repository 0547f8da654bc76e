from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from assessments.access import assessment_for, submission_for
from assessments.rating.queries import given_back
from assessments.rules.problems import AssessmentLocked
from assessments.submission import services as submission_services
from assessments.submission.queries import answers_to_check, told_words


@require_safe
def check(request: Request, pk: int) -> HttpResponse:
    """Every answer by pillar, with what is unrated (stops) or unevidenced (warns)."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    if assessment.is_submitted:
        return redirect("assessments:results", pk=pk)
    context = answers_to_check(assessment)
    context["can_submit"] = assessment.is_open and may(assessment, "assessment.submit")
    context["can_edit"] = assessment.is_open and may(assessment, "assessment.rate")
    context["given_back"] = given_back(assessment)
    return render(request, "assessments/check.html", context)


def submit(request: Request, pk: int) -> HttpResponse:
    """Ask once more, then lock the assessment and tell those concerned."""
    assessment = assessment_for(request.user, "assessment.submit", pk)
    if assessment.is_submitted:
        return redirect("assessments:submitted", pk=pk)
    if why := assessment.enrolment.why_closed:
        return _not_now(request, pk, why)
    if request.method == "POST":
        try:
            submission_services.submit_assessment(actor=request.user, assessment=assessment)
        except submission_services.NotReady as error:
            count = len(error.unanswered)
            messages.error(
                request,
                f"{count} {'criterion needs' if count == 1 else 'criteria need'} a level, "
                "or a reason why it cannot be rated, before you can submit.",
            )
            return redirect("assessments:check", pk=pk)
        except AssessmentLocked as error:
            return _not_now(request, pk, str(error))
        enqueue("accelerator.send_mail")
        return redirect("assessments:submitted", pk=pk)
    context = answers_to_check(assessment)
    if context["blocking"]:
        return redirect("assessments:check", pk=pk)
    return render(request, "assessments/submit.html", context)


def _not_now(request: Request, pk: int, why: str) -> HttpResponse:
    messages.error(request, f"{why} Nothing can be handed in.")
    return redirect("assessments:overview", pk=pk)


@require_safe
def submitted(request: Request, pk: int) -> HttpResponse:
    assessment = assessment_for(request.user, "assessment.view", pk)
    if not assessment.is_submitted:
        return redirect("assessments:overview", pk=pk)
    standing = submission_for(request.user, pk)
    told = told_words(standing, request.user)
    context = {"assessment": assessment, "told": told, "number": standing.number}
    return render(request, "assessments/submitted.html", context)
