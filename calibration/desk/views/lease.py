"""What concerns a whole desk: taking it, giving it back, agreements, a third coach."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format
from django.views.decorators.http import require_POST

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from assessments.framework.queries import catalogue
from calibration.access import comparable
from calibration.assigning.queries.eligibility import free_coaches
from calibration.assigning.services import assigning
from calibration.desk.forms import ThirdCoachForm
from calibration.desk.queries.desk import desk_of
from calibration.desk.queries.standing import about
from calibration.desk.services import lease, moderating
from calibration.models import Review
from calibration.rules.problems import StepRefused


@require_POST
def lease_take(request: Request, pk: int) -> HttpResponse:
    """Begin or go on moderating; then on to the criterion it was asked from."""
    calibration = comparable(request.user, "calibration.moderate", pk=pk)
    try:
        row = lease.take_lease(actor=request.user, calibration=calibration)
    except StepRefused as error:
        messages.error(request, str(error))
        return redirect("calibration:desk", pk=pk)
    until = time_format(timezone.localtime(row.lease_expires_at), "H:i")
    messages.success(request, f"You have the desk until {until}. Each decision renews it.")
    code = request.POST.get("code", "")
    if code in catalogue(calibration.assessment.framework_id).by_code:
        return redirect("calibration:desk_criterion", pk=pk, code=code)
    return redirect("calibration:desk", pk=pk)


@require_POST
def lease_return(request: Request, pk: int) -> HttpResponse:
    """Finish, or give the desk back with more to come (`unfinished`)."""
    calibration = comparable(request.user, "calibration.moderate", pk=pk)
    unfinished = "unfinished" in request.POST
    try:
        row = lease.give_back_lease(
            actor=request.user,
            calibration=calibration,
            finish=not unfinished,
        )
    except StepRefused as error:
        messages.error(request, str(error))
    else:
        words = "You gave the desk back."
        if not unfinished and not row.is_agreed:
            words += " Something is left to decide, or to look at again."
        if row.is_agreed:
            words = "Everything is decided, so this is agreed. The Learning Hub can release it."
        messages.success(request, words)
    return redirect("calibration:desk", pk=pk)


def confirm_agreements(request: Request, pk: int) -> HttpResponse:
    """Show every criterion on which the coaches agree, then confirm them together."""
    calibration = comparable(request.user, "calibration.moderate", pk=pk)
    if request.method == "POST":
        read = dict(value.partition(":")[::2] for value in request.POST.getlist("read"))
        try:
            count = moderating.confirm_agreements(
                actor=request.user,
                calibration=calibration,
                read_inputs={int(pk): inputs for pk, inputs in read.items() if pk.isdecimal()},
            )
        except StepRefused as error:
            messages.error(request, str(error))
            return redirect("calibration:confirm_agreements", pk=pk)
        if count:
            messages.success(
                request,
                f"{count} agreement{'' if count == 1 else 's'} confirmed, in the coaches’ words.",
            )
        if not read or count < len(read):
            messages.warning(
                request, "Something changed since you read it. Read again what is left to confirm."
            )
            return redirect("calibration:confirm_agreements", pk=pk)
        return redirect("calibration:desk", pk=pk)
    desk = desk_of(calibration, request.user)
    context = about(desk, request.user) | {
        "ready": desk.ready_to_confirm,
        "left": desk.to_confirm_at_desk,
    }
    return render(request, "calibration/desk/confirm.html", context)


def third_coach(request: Request, pk: int) -> HttpResponse:
    """Ask a third coach, who rates blind, about what two could not settle."""
    calibration = comparable(request.user, "calibration.compare", pk=pk)
    if not (may(calibration, "calibration.moderate") or may(calibration, "calibration.run")):
        raise PermissionDenied
    desk = desk_of(calibration, request.user)
    context = about(desk, request.user)
    free = free_coaches(calibration, seat=Review.Seat.THIRD)
    form = ThirdCoachForm(request.POST or None, desk=desk, coaches=free)
    if request.method == "POST" and context["can_ask_third"] and form.is_valid():
        try:
            assigning.ask_third_coach(
                actor=request.user,
                calibration=calibration,
                coach=form.cleaned_data["coach"],
                codes=form.cleaned_data["criteria"],
            )
        except StepRefused as error:
            form.add_error(None, str(error))
        else:
            enqueue("accelerator.send_mail")
            count = len(form.cleaned_data["criteria"])
            messages.success(
                request,
                f"{form.cleaned_data['coach']} is asked to look at {count} "
                f"criteri{'on' if count == 1 else 'a'}, without seeing what the others wrote.",
            )
            return redirect("calibration:desk", pk=pk)
    return render(
        request,
        "calibration/desk/third_coach.html",
        {**context, "form": form, "free": free},
        status=422 if form.errors else 200,
    )
