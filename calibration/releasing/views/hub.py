"""Releasing, reopening, and answering what organisations ask about a release."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.http import Request
from accelerator.core.mail.queries import wrote_to
from accelerator.core.queue import enqueue
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from assessments.framework.queries import catalogue
from calibration.access import run, run_unblinded
from calibration.assigning.queries.seats import page_of
from calibration.releasing.forms.hub import AnswerForm, QuestionFilter, ReleaseForm, ReopenForm
from calibration.releasing.queries.check import release_check
from calibration.releasing.queries.exchange import question_for, questions_of
from calibration.releasing.queries.releases import releases_of
from calibration.releasing.services import exchange, releasing
from calibration.rules.problems import StepRefused

PAGE = 20


def release(request: Request, pk: int) -> HttpResponse:
    """What the organisation will see, once more; then it is theirs. Twice is once."""
    calibration = run_unblinded(request.user, pk)
    organisation = calibration.assessment.enrolment.organisation
    if calibration.is_released:
        return redirect("calibration:result", pk=pk)
    if not calibration.is_agreed:
        messages.error(
            request,
            f"Every criterion must be decided before the framework of {organisation} "
            "can be released.",
        )
        return redirect("cohort", slug=calibration.assessment.enrolment.cohort.slug)
    check = release_check(calibration)
    form = ReleaseForm(request.POST if request.method == "POST" else None, asked=check.asked)
    if request.method == "POST" and form.is_valid():
        try:
            given = releasing.release(
                actor=request.user,
                calibration=calibration,
                message=form.cleaned_data["message"],
                unanswered=form.going_on(),
            )
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            enqueue("accelerator.send_mail")
            messages.success(request, f"Released. {wrote_to(f'released:{given.pk}')}".strip())
            return redirect("calibration:result", pk=pk)
    context = {
        **page_of(calibration),
        "form": form,
        "check": check,
        "earlier": releases_of(calibration).reverse(),
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/release.html", context, status=status)


def reopen(request: Request, pk: int) -> HttpResponse:
    """Begin the next version of a released calibration, with a reason."""
    calibration = run(request.user, pk)
    if not calibration.is_released:
        messages.error(request, "Only a released framework can be reopened.")
        return redirect("cohort", slug=calibration.assessment.enrolment.cohort.slug)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = releasing.reopen(
                actor=request.user,
                calibration=calibration,
                reason=form.cleaned_data["reason"],
            )
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                f"Version {row.version} is open for moderation. "
                f"Version {row.version - 1} stays readable.",
            )
            return redirect("cohort", slug=calibration.assessment.enrolment.cohort.slug)
    context = {**page_of(calibration), "form": form, "next_version": calibration.version + 1}
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/reopen.html", context, status=status)


@require_safe
def questions(request: Request, slug: str) -> HttpResponse:
    """What the cohort's organisations asked about their releases, unanswered first."""
    cohort = cohort_for(request.user, slug)
    found = QuestionFilter(request.GET, queryset=questions_of(cohort, request.user))
    return render(
        request,
        "calibration/hub/questions.html",
        {
            "cohort": cohort,
            "tabs": tabs(cohort, "calibration:questions"),
            "filter": found,
            "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        },
    )


def answer(request: Request, pk: int) -> HttpResponse:
    """Answer one question, once; the person who asked is told."""
    question = question_for(request.user, pk)
    enrolment = question.release.calibration.assessment.enrolment
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            exchange.answer_about_release(
                actor=request.user, question=question, answer=form.cleaned_data["answer"]
            )
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
            question = question_for(request.user, pk)
            status = 409
        else:
            enqueue("accelerator.send_mail")
            messages.success(request, f"Answered. {wrote_to(f'release-answer:{pk}')}".strip())
            return redirect("calibration:questions", slug=enrolment.cohort.slug)
    framework = catalogue(question.release.calibration.assessment.framework_id)
    return render(
        request,
        "calibration/hub/answer.html",
        {
            "question": question,
            "enrolment": enrolment,
            "cohort": enrolment.cohort,
            "criterion": framework.by_id.get(question.criterion_id)
            if question.criterion_id is not None
            else None,
            "form": form,
        },
        status=status,
    )
