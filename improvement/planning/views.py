from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may
from accelerator.core.http import Request, tried
from accelerator.programme.enrolment import enrolment_for
from improvement.access import objective_for, plan_for
from improvement.models import Objective, Plan
from improvement.planning import services
from improvement.planning.forms import ObjectiveForm, aim_name, initial_of
from improvement.planning.frame import frame
from improvement.planning.queries import rows as reading
from improvement.planning.queries.going import asks_of, going, looks_of
from improvement.planning.queries.standing import standing_of
from improvement.planning.queries.starts import starts_not_chosen, starts_of
from improvement.planning.services import StaleObjective
from improvement.rules.problems import NothingReleased, PlanLocked


@require_safe
def plan(request: Request, pk: int) -> HttpResponse:
    """The plan by objective; before there is one, where it could begin."""
    enrolment = enrolment_for(request.user, pk, "plan.view")
    if reading.plan_of(enrolment) is None:
        context = {
            "enrolment": enrolment,
            "may_write": may(enrolment, "plan.write") and not enrolment.why_closed,
            "released": reading.release_of(enrolment),
        }
        return render(request, "improvement/begin.html", context)
    row = plan_for(request.user, pk, "plan.view")
    rows = reading.rows_of(row)
    context = frame(row, "plan") | {
        "rows": rows,
        "going": going(rows),
        "looks": looks_of(row, rows) if may(row, "plan.write") else [],
        "others": starts_not_chosen(row, rows),
        "standing": standing_of(row),
        "asks": asks_of(row, rows),
        "source_reopened": not row.release.stands,
        "removed": row.objectives.exclude(removed_at=None),
    }
    return render(request, "improvement/plan.html", context)


@require_POST
def start(request: Request, pk: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "plan.write")
    try:
        services.start_plan(actor=request.user, enrolment=enrolment)
    except (NothingReleased, PlanLocked) as error:
        messages.error(request, str(error))
        return redirect("improvement:plan", pk=pk)
    return redirect("improvement:starts", pk=pk)


@require_safe
def starts(request: Request, pk: int) -> HttpResponse:
    """Where a plan may begin: what the release says of each criterion, in its order."""
    row = plan_for(request.user, pk, "plan.view")
    context = frame(row) | {"parts": starts_of(row, reading.rows_of(row))}
    return render(request, "improvement/starts.html", context)


def objective_add(request: Request, pk: int) -> HttpResponse:
    """`?criterion=code` brings a starting point with it."""
    row = plan_for(request.user, pk, "plan.write")
    framework = reading.framework_of(row)
    initial: dict = {"horizon": "programme", "depth": "depth", "support": "none", "version": 0}
    if criterion := framework.by_code.get(request.GET.get("criterion", "")):
        above = framework.above(reading.levels_today(row).get(criterion.id))
        initial[aim_name(criterion.id)] = str(above.value) if above else "any"
    form = _form(request, row, initial)
    if request.method == "POST" and form.is_valid():
        try:
            objective = services.add_objective(
                actor=request.user, plan=row, written=form.written(), aims=form.aims()
            )
        except PlanLocked as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{objective.title}” is in your plan. Add its first action.")
            return redirect("improvement:action_add", pk=objective.pk)
    return _objective_page(request, row, form)


def objective_edit(request: Request, pk: int) -> HttpResponse:
    """Change an objective. What somebody else changed meanwhile is shown, not overwritten."""
    objective = objective_for(request.user, pk, "plan.write")
    row = plan_for(request.user, objective.plan.enrolment_id, "plan.write")
    form = _form(request, row, initial_of(objective))
    if request.method == "POST" and form.is_valid():
        try:
            services.save_objective(
                actor=request.user,
                objective=objective,
                read_version=form.cleaned_data["version"],
                written=form.written(),
                aims=form.aims(),
            )
        except StaleObjective as error:
            form.read_again(error.current.version)
            return _objective_page(request, row, form, objective, theirs=error.current)
        except PlanLocked as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("improvement:plan", pk=row.enrolment_id)
    return _objective_page(request, row, form, objective)


def _form(request: Request, row: Plan, initial: dict) -> ObjectiveForm:
    return ObjectiveForm(
        request.POST or None,
        framework=reading.framework_of(row),
        today=reading.levels_today(row),
        initial=initial,
    )


def _objective_page(
    request: Request,
    row: Plan,
    form: ObjectiveForm,
    objective: Objective | None = None,
    theirs: Objective | None = None,
) -> HttpResponse:
    context = frame(row) | {
        "form": form,
        "objective": objective,
        "theirs": theirs,
        "their_aims": reading.aims_in_words(row, theirs) if theirs else [],
    }
    status = 409 if theirs else 422 if form.errors else 200
    return render(request, "improvement/objective_form.html", context, status=status)


def objective_remove(request: Request, pk: int) -> HttpResponse:
    """Say what goes with it, then take it out; it can be put back."""
    objective = objective_for(request.user, pk, "plan.write")
    enrolment = objective.plan.enrolment
    if request.method == "POST":
        done = f"“{objective.title}” is no longer in your plan."
        tried(request, done, services.take_out, PlanLocked, objective=objective)
        return redirect("improvement:plan", pk=enrolment.pk)
    context = {"objective": objective, "enrolment": enrolment, "count": reading.work_in(objective)}
    return render(request, "improvement/objective_remove.html", context)


@require_POST
def objective_back(request: Request, pk: int, objective: int) -> HttpResponse:
    row = plan_for(request.user, pk, "plan.write")
    gone = get_object_or_404(row.objectives.exclude(removed_at=None), pk=objective)
    done = f"“{gone.title}” is in your plan again."
    tried(request, done, services.put_back, PlanLocked, objective=gone)
    return redirect("improvement:plan", pk=pk)


@require_POST
def objective_move(request: Request, pk: int) -> HttpResponse:
    objective = objective_for(request.user, pk, "plan.write")
    up = request.POST.get("to") == "up"
    try:
        services.move_objective(actor=request.user, objective=objective, up=up)
    except PlanLocked as error:
        messages.error(request, str(error))
    return redirect("improvement:plan", pk=objective.plan.enrolment_id)
