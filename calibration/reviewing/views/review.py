"""A coach's reviews: the queue, one review, handing it in, taking it back, stepping aside."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.http import Request
from accelerator.core.limits import too_often
from accelerator.core.mail.queries import wrote_to
from accelerator.core.queue import enqueue
from assessments.framework.queries import catalogue
from calibration.access import require_coach
from calibration.assigning.services import assigning
from calibration.models import Review
from calibration.reviewing.forms.workbench import QuestionForm, RecuseForm
from calibration.reviewing.queries import workbench
from calibration.reviewing.services import requests, reviewing
from calibration.rules.problems import StepRefused

PAGE = 20


def _row(review: "workbench.QueuedReview") -> dict:
    return {
        "review": review,
        "state": workbench.state_in_words(review, review.done),
        "evidence": workbench.evidence_label(review.pieces, review.bytes),
        "enrolment": review.calibration.assessment.enrolment,
    }


@require_safe
def queue(request: Request) -> HttpResponse:
    """My reviews: what is to do, by when, and how far I am."""
    require_coach(request.user)
    page = Paginator(workbench.queue(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [_row(review) for review in page]
    return render(
        request,
        "calibration/workbench/queue.html",
        {"page": page, "rows": rows},
    )


def _context(review: Review) -> dict:
    assessment = review.calibration.assessment
    found = workbench.overview(review)
    return {
        "review": review,
        "enrolment": assessment.enrolment,
        "overview": found,
        "grid": found.grid,
        "state": workbench.state_in_words(review, found.done),
    }


@require_safe
def review(request: Request, pk: int) -> HttpResponse:
    """One review: my levels so far, what is missing, and the way on."""
    row = workbench.review_for(request.user, pk)
    context = _context(row) | {
        "questions": workbench.questions(row),
        "can_recall": workbench.can_recall(row),
        "can_step_back": workbench.can_step_back(row),
    }
    return render(request, "calibration/workbench/review.html", context)


def review_submit(request: Request, pk: int) -> HttpResponse:
    """What is missing, and the button that hands the review in."""
    row = workbench.review_for(request.user, pk)
    if request.method == "POST":
        try:
            if reviewing.submit_review(actor=request.user, review=row):
                enqueue("accelerator.send_mail")
                messages.success(request, "Your review is submitted. Thank you.")
        except StepRefused as error:
            messages.error(request, str(error))
            return redirect("calibration:review_submit", pk=pk)
        return redirect("calibration:review", pk=pk)
    if not row.is_writable:
        return redirect("calibration:review", pk=pk)
    return render(request, "calibration/workbench/submit.html", _context(row))


@require_POST
def review_recall(request: Request, pk: int) -> HttpResponse:
    row = workbench.review_for(request.user, pk)
    try:
        reviewing.recall_review(actor=request.user, review=row)
        messages.success(request, "Your review is open again. Submit it once more when ready.")
    except StepRefused as error:
        messages.error(request, str(error))
    return redirect("calibration:review", pk=pk)


def review_recuse(request: Request, pk: int) -> HttpResponse:
    """Step back from a review for good, with a reason for the Learning Hub."""
    row = workbench.review_for(request.user, pk)
    form = RecuseForm(request.POST or None)
    if not workbench.can_step_back(row):
        messages.error(request, "The reviews are settled, so you cannot step back any more.")
        return redirect("calibration:review", pk=pk)
    if request.method == "POST" and form.is_valid():
        try:
            assigning.withdraw_review(
                actor=request.user, review=row, reason=form.cleaned_data["reason"]
            )
        except StepRefused as error:
            messages.error(request, str(error))
            return redirect("calibration:review", pk=pk)
        enqueue("accelerator.send_mail")
        messages.success(request, "You have stepped back. The Learning Hub will ask another coach.")
        return redirect("calibration:queue")
    context = {
        "review": row,
        "enrolment": row.calibration.assessment.enrolment,
        "form": form,
        "progress": workbench.progress(row),
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/workbench/recuse.html", context, status=status)


def ask(request: Request, pk: int) -> HttpResponse:
    """Ask the organisation for evidence. Both coaches see the question, and nobody who asked."""
    row = workbench.review_for(request.user, pk)
    framework = catalogue(row.calibration.assessment.framework_id)
    criteria = workbench.criteria_of(row)
    code = request.GET.get("criterion", "")
    form = QuestionForm(request.POST or None, criteria=criteria, initial={"criterion": code})
    asked = request.method == "POST" and form.is_valid()
    if asked and (sentence := too_often("questions", request.user)):
        form.add_error("question", sentence)
    elif asked:
        about = framework.by_code.get(form.cleaned_data["criterion"])
        try:
            asked_now = requests.ask_for_evidence(
                actor=request.user,
                calibration=row.calibration,
                question=form.cleaned_data["question"],
                criterion=workbench.criterion_of(row, about.code) if about else None,
            )
        except StepRefused as error:
            form.add_error(None, str(error))
        else:
            enqueue("accelerator.send_mail")
            told = wrote_to(f"evidence-request:{asked_now.pk}")
            messages.success(request, f"{told} Both coaches will see the answer.".strip())
            if about:
                return redirect("calibration:rate", pk=pk, code=about.code)
            return redirect("calibration:review", pk=pk)
    context = {
        "review": row,
        "enrolment": row.calibration.assessment.enrolment,
        "form": form,
        "questions": workbench.questions(row),
        "back": code if code in framework.by_code else "",
    }
    return render(
        request, "calibration/workbench/ask.html", context, status=422 if form.errors else 200
    )
