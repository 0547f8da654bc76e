"""Opening calibrations and giving them coaches."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from accelerator.models import Deadline
from accelerator.programme.dates.queries import due_of
from assessments.access import assessment_for
from calibration.access import run, run_review
from calibration.assigning.forms.coaches import AssignForm, ReplaceForm, SeatForm
from calibration.assigning.queries import coaches as reports
from calibration.assigning.queries.eligibility import reasons_at
from calibration.assigning.queries.seats import left_from, page_of, seated_at
from calibration.assigning.services import assigning
from calibration.models import Calibration, empty_seats
from calibration.rules.problems import StepRefused

CALIBRATE = Deadline.Phase.CALIBRATE


def to_cohort(calibration: Calibration) -> HttpResponse:
    return redirect("cohort", slug=calibration.assessment.enrolment.cohort.slug)


@require_POST
def open_calibration(request: Request, pk: int) -> HttpResponse:
    """Open the calibration of an assessment that was handed in, and go on to its coaches."""
    assessment = assessment_for(request.user, "calibration.run", pk)
    slug = assessment.enrolment.cohort.slug
    try:
        calibration = assigning.open_calibration(actor=request.user, assessment=assessment)
    except StepRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("cohort", slug=slug)
    return redirect("calibration:assign", pk=calibration.pk)


def assign(request: Request, pk: int) -> HttpResponse:
    """Two coaches for one calibration; the suggestion is chosen already."""
    calibration = run(request.user, pk)
    enrolment = calibration.assessment.enrolment
    if not calibration.needs_coaches:
        messages.info(request, f"{enrolment.organisation} has its coaches already.")
        return to_cohort(calibration)
    loads = reports.coach_loads(enrolment.cohort)
    pair = reports.suggested_pair(calibration.assessment, loads, enrolment.cohort)
    first, second = pair or (None, None)
    form = AssignForm(
        request.POST or None,
        coaches=loads,
        reasons=reasons_at(calibration, loads),
        initial={"first": first, "second": second, "due_on": due_of(enrolment, CALIBRATE)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            assigning.assign_coaches(
                actor=request.user,
                calibration=calibration,
                coaches=form.pair,
                due_on=form.cleaned_data["due_on"],
            )
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            enqueue("accelerator.send_mail")
            names = " and ".join(str(coach) for coach in form.pair)
            messages.success(request, f"{enrolment.organisation} goes to {names}. They are told.")
            return to_cohort(calibration)
    context = {**page_of(calibration), "form": form, "suggested": pair, "coaches": loads}
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/assign.html", context, status=status)


def replace(request: Request, pk: int) -> HttpResponse:
    """Take a coach off, with a reason, and seat another or nobody yet."""
    review = run_review(request.user, pk)
    calibration = run(request.user, review.calibration_id)
    if review.is_withdrawn or not calibration.has_open_seats:
        messages.error(request, f"{review.coach} can no longer be replaced here.")
        return to_cohort(calibration)
    loads = reports.coach_loads(calibration.assessment.enrolment.cohort)
    form = ReplaceForm(
        request.POST or None,
        coaches=loads,
        reasons=reasons_at(calibration, loads, seat=review.seat, leaving=review),
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["coach"]
        try:
            assigning.withdraw_review(
                actor=request.user,
                review=review,
                reason=form.cleaned_data["reason"],
                replacement=chosen.user if chosen else None,
            )
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            enqueue("accelerator.send_mail")
            after = f"{chosen.user} takes over." if chosen else "The seat is empty."
            messages.success(request, f"{review.coach} is taken off. {after}")
            return to_cohort(calibration)
    context = {**page_of(calibration), "form": form, "review": review}
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/replace.html", context, status=status)


def fill_seat(request: Request, pk: int) -> HttpResponse:
    """Seat a coach where one was taken off."""
    calibration = run(request.user, pk)
    seated = seated_at(calibration)
    empty = empty_seats(seated)
    if not empty or not calibration.is_under_review:
        messages.info(request, "No seat is empty here.")
        return to_cohort(calibration)
    loads = reports.coach_loads(calibration.assessment.enrolment.cohort)
    form = SeatForm(
        request.POST or None,
        coaches=loads,
        reasons=reasons_at(calibration, loads, seat=empty[0]),
    )
    if request.method == "POST" and form.is_valid():
        coach = form.cleaned_data["coach"].user
        try:
            assigning.fill_seat(actor=request.user, calibration=calibration, coach=coach)
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            enqueue("accelerator.send_mail")
            messages.success(request, f"{coach} takes the seat. They are told.")
            return to_cohort(calibration)
    context = {
        **page_of(calibration),
        "form": form,
        "seat": empty[0],
        "seated": seated,
        "left": left_from(calibration),
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/fill_seat.html", context, status=status)
