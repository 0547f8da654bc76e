"""A submission is taken back by its lead, or returned by the Learning Hub with a reason."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from assessments.access import assessment_for
from assessments.models import Assessment
from assessments.submission.queries import told_of_ending
from calibration.assigning.forms.handing_back import ReturnForm
from calibration.assigning.queries.handing_back import BEGUN, has_begun
from calibration.assigning.services import handing_back
from calibration.rules.problems import StepRefused


def take_back(request: Request, pk: int) -> HttpResponse:
    """Ask once more, then open the assessment to be changed."""
    assessment = assessment_for(request.user, "submission.take_back", pk)
    if request.method == "POST":
        try:
            ended = handing_back.take_back(actor=request.user, assessment=assessment)
        except StepRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("assessments:results", pk=pk)
        enqueue("accelerator.send_mail")
        messages.success(
            request,
            f"You have taken it back. {told_of_ending(ended)} Hand it in again when you are ready.",
        )
        return redirect("assessments:overview", pk=pk)
    if refused := _refused(request, assessment, "be taken back"):
        return refused
    return render(request, "calibration/organisation/take_back.html", {"assessment": assessment})


def hand_back(request: Request, pk: int) -> HttpResponse:
    """Return a submission to its organisation, with a reason."""
    assessment = assessment_for(request.user, "submission.return", pk)
    cohort = assessment.enrolment.cohort
    if refused := _refused(request, assessment, "be returned"):
        return refused
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ended = handing_back.hand_back(
                actor=request.user, assessment=assessment, reason=form.cleaned_data["reason"]
            )
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            enqueue("accelerator.send_mail")
            organisation = assessment.enrolment.organisation
            messages.success(request, f"Returned to {organisation}. {told_of_ending(ended)}")
            return redirect("assessments:submissions", pk=pk)
    context = {"assessment": assessment, "cohort": cohort, "form": form}
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/hand_back.html", context, status=status)


def _refused(request: Request, assessment: Assessment, go: str) -> HttpResponse | None:
    """Where a page leads that can do nothing any more."""
    if not assessment.is_submitted:
        return redirect("assessments:overview", pk=assessment.pk)
    if why := assessment.enrolment.why_closed:
        messages.error(request, why)
        return redirect("assessments:results", pk=assessment.pk)
    if has_begun(assessment):
        messages.info(request, BEGUN.format(go=go))
        return redirect("assessments:results", pk=assessment.pk)
    return None
