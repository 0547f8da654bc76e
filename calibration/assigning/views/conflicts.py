from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from calibration.access import cohort_of_ties, require_coach
from calibration.assigning.forms.conflicts import ConflictForm, LiftForm, NoteConflictForm
from calibration.assigning.queries.conflicts import (
    coach_by,
    declared_by,
    tie_of,
    ties_of,
    to_declare,
    to_record,
)
from calibration.assigning.services.conflicts import declare_conflict, lift_conflict
from calibration.rules.problems import StepRefused


def conflicts(request: Request) -> HttpResponse:
    """Declare a tie to an organisation; a review of it under way is withdrawn at once."""
    require_coach(request.user)
    form = ConflictForm(
        request.POST or None,
        organisations=to_declare(request.user),
        initial={"organisation": request.GET.get("organisation")},
    )
    if request.method == "POST" and form.is_valid():
        declare_conflict(person=request.user, **form.cleaned_data)
        enqueue("accelerator.send_mail")
        organisation = form.cleaned_data["organisation"]
        messages.success(
            request, f"Noted. You will not be asked to review {organisation}, now or later."
        )
        return redirect("calibration:queue")
    return render(
        request,
        "calibration/workbench/conflicts.html",
        {"form": form, "declared": declared_by(request.user)},
        status=422 if form.errors else 200,
    )


def coach_conflicts(request: Request, slug: str, pk: int) -> HttpResponse:
    """A coach's ties to organisations of a cohort, lifted ones too; the hub notes another."""
    cohort = cohort_of_ties(request.user, slug)
    coach = coach_by(pk)
    form = NoteConflictForm(request.POST or None, organisations=to_record(cohort, coach))
    if request.method == "POST" and form.is_valid():
        declare_conflict(person=coach, actor=request.user, **form.cleaned_data)
        enqueue("accelerator.send_mail")
        organisation = form.cleaned_data["organisation"]
        messages.success(
            request, f"Noted. {coach} is not asked to review {organisation}, and is told."
        )
        return redirect("calibration:coach_conflicts", slug=slug, pk=pk)
    context = {"cohort": cohort, "coach": coach, "form": form, "ties": ties_of(cohort, coach)}
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/coach_conflicts.html", context, status=status)


def lift(request: Request, slug: str, pk: int) -> HttpResponse:
    """Lift a coach's tie, with a reason; twice is once."""
    cohort = cohort_of_ties(request.user, slug)
    conflict = tie_of(cohort, pk)
    back = redirect("calibration:coach_conflicts", slug=slug, pk=conflict.person_id)
    if not conflict.stands:
        messages.info(request, "It was lifted already.")
        return back
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lift_conflict(actor=request.user, conflict=conflict, reason=form.cleaned_data["reason"])
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            enqueue("accelerator.send_mail")
            messages.success(
                request,
                f"Lifted. {conflict.person} may be asked to review {conflict.organisation}.",
            )
            return back
    context = {"cohort": cohort, "conflict": conflict, "form": form}
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/lift_conflict.html", context, status=status)
