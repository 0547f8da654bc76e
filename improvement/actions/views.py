from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.http import Request, tried
from accelerator.models import Deadline
from accelerator.programme.dates.queries import busy_sentence, due_of
from improvement.access import action_for, objective_for, plan_for
from improvement.actions import queries, services
from improvement.actions.forms import (
    ActionForm,
    AttachForm,
    MoveForm,
    NewDatesForm,
    ResourceForm,
    initial_of,
)
from improvement.actions.services import StaleAction
from improvement.models import Action
from improvement.planning.frame import frame
from improvement.rules.problems import PlanLocked


def _range(plan) -> tuple:
    """The first and last day of a plan's year."""
    begun = timezone.localdate(plan.started_at)
    return begun, max(begun, due_of(plan.enrolment, Deadline.Phase.REVIEW))


@require_safe
def board(request: Request, pk: int) -> HttpResponse:
    plan = plan_for(request.user, pk, "plan.view")
    actions = list(queries.actions_of(plan))
    context = frame(plan, "board") | {
        "lanes": queries.board_of(actions),
        "total": len(actions),
    }
    return render(request, "improvement/board.html", context)


@require_safe
def timeline(request: Request, pk: int) -> HttpResponse:
    plan = plan_for(request.user, pk, "plan.view")
    first, last = _range(plan)
    actions = list(queries.actions_of(plan))
    busy = list(plan.enrolment.peak_periods.all())
    shown = queries.timeline_of(actions, busy, first, last, timezone.localdate())
    context = frame(plan, "timeline") | {"timeline": shown, "total": len(actions)}
    return render(request, "improvement/timeline.html", context)


@require_safe
def grid(request: Request, pk: int) -> HttpResponse:
    """`?months=` is how long a period is: 1, 2, 3, 6 or 12."""
    plan = plan_for(request.user, pk, "plan.view")
    first, last = _range(plan)
    asked = request.GET.get("months", "")
    months = int(asked) if asked in map(str, queries.MONTHS) else queries.QUARTER
    actions = list(queries.actions_of(plan))
    context = frame(plan, "grid") | {
        "grid": queries.grid_of(actions, first, last, months),
        "months": months,
        "choices": queries.MONTHS,
        "total": len(actions),
    }
    return render(request, "improvement/grid.html", context)


def new_dates(request: Request, pk: int) -> HttpResponse:
    """A passed date is no failure: new ones for all of them at once."""
    plan = plan_for(request.user, pk, "plan.work")
    late = list(queries.actions_of(plan).overdue())
    form = NewDatesForm(request.POST or None, late=late)
    if request.method == "POST" and form.is_valid():
        changed = 0
        for action, version, due in form.dates():
            try:
                services.date_action(
                    actor=request.user, action=action, read_version=version, due_on=due
                )
            except StaleAction:
                form.add_error(
                    f"due_{action.pk}", "Somebody else changed this meanwhile. Look again."
                )
            except PlanLocked as error:
                form.add_error(None, str(error))
                break
            else:
                changed += 1
        if not form.errors:
            said = "One action has a new date." if changed == 1 else f"{changed} have new dates."
            messages.success(request, said)
            return redirect("improvement:plan", pk=pk)
    context = frame(plan) | {"form": form, "late": late}
    status = 422 if form.errors else 200
    return render(request, "improvement/new_dates.html", context, status=status)


def action_add(request: Request, pk: int) -> HttpResponse:
    objective = objective_for(request.user, pk, "plan.write")
    plan = plan_for(request.user, objective.plan.enrolment_id, "plan.write")
    form = ActionForm(
        request.POST or None, team=queries.team_of(plan.enrolment), initial={"version": 0}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.add_action(actor=request.user, objective=objective, written=form.written())
        except PlanLocked as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The action is in your plan.")
            if "another" in request.POST:
                return redirect("improvement:action_add", pk=pk)
            return redirect("improvement:plan", pk=plan.enrolment_id)
    context = frame(plan) | {"form": form, "objective": objective}
    status = 422 if form.errors else 200
    return render(request, "improvement/action_form.html", context, status=status)


def _page(request: Request, action: Action, status: int = 200, **forms: Any) -> HttpResponse:
    """One action with its state, what it took and what came of it."""
    plan = plan_for(request.user, action.objective.plan.enrolment_id, "plan.view")
    shown = {"state": action.state, "reason": action.state_reason, "until": action.paused_until}
    library = queries.library_of(action)
    context = frame(plan) | {
        "action": action,
        "objective": action.objective,
        "pieces": queries.pieces_of(action),
        "resources": queries.resources_of(action),
        "clash": busy_sentence(action.due_on, plan.enrolment.peak_periods.all())
        if action.due_on
        else "",
        "move_form": MoveForm(initial=shown | {"version": action.version}),
        "resource_form": ResourceForm(initial={"kind": "time", "on": timezone.localdate()}),
        "attach_form": AttachForm(library=library) if library.exists() else None,
    }
    return render(request, "improvement/action.html", context | forms, status=status)


@require_safe
def action(request: Request, pk: int) -> HttpResponse:
    return _page(request, action_for(request.user, pk, "plan.view"))


def action_edit(request: Request, pk: int) -> HttpResponse:
    """Change an action. What somebody else changed meanwhile is shown, not overwritten."""
    row = action_for(request.user, pk, "plan.work")
    plan = plan_for(request.user, row.objective.plan.enrolment_id, "plan.view")
    form = ActionForm(
        request.POST or None, team=queries.team_of(plan.enrolment), initial=initial_of(row)
    )
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            services.save_action(
                actor=request.user,
                action=row,
                read_version=form.cleaned_data["version"],
                written=form.written(),
            )
        except StaleAction as error:
            theirs = error.current
            form.read_again(theirs.version)
        except PlanLocked as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("improvement:action", pk=pk)
    context = frame(plan) | {
        "form": form,
        "action": row,
        "objective": row.objective,
        "theirs": theirs,
    }
    status = 409 if theirs else 422 if form.errors else 200
    return render(request, "improvement/action_form.html", context, status=status)


@require_POST
def action_move(request: Request, pk: int) -> HttpResponse:
    """From one state to another, from the board or from the action's own page."""
    row = action_for(request.user, pk, "plan.work")
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, row, status=422, move_form=form, form=form)
    try:
        services.move_action(
            actor=request.user,
            action=row,
            read_version=form.cleaned_data["version"],
            moved=form.moved(),
        )
    except StaleAction as error:
        form.read_again(error.current.version)
        return _page(request, error.current, status=409, move_form=form, stale=True)
    except PlanLocked as error:
        form.add_error(None, str(error))
        return _page(request, row, status=409, move_form=form, form=form)
    messages.success(request, f"“{row.title}”: {form.moved().state.label.lower()}.")
    if request.POST.get("back") == "board":
        return redirect("improvement:board", pk=row.objective.plan.enrolment_id)
    return redirect("improvement:action", pk=pk)


def action_remove(request: Request, pk: int) -> HttpResponse:
    row = action_for(request.user, pk, "plan.write")
    enrolment = row.objective.plan.enrolment
    if request.method == "POST":
        done = f"“{row.title}” is no longer in your plan."
        tried(request, done, services.take_out, PlanLocked, action=row)
        return redirect("improvement:plan", pk=enrolment.pk)
    context = {"action": row, "objective": row.objective, "enrolment": enrolment}
    return render(request, "improvement/action_remove.html", context)


@require_POST
def resource_add(request: Request, pk: int) -> HttpResponse:
    row = action_for(request.user, pk, "plan.work")
    form = ResourceForm(request.POST)
    if not form.is_valid():
        return _page(request, row, status=422, resource_form=form, form=form)
    try:
        services.log_resource(actor=request.user, action=row, **form.cleaned_data)
    except PlanLocked as error:
        form.add_error(None, str(error))
        return _page(request, row, status=409, resource_form=form, form=form)
    messages.success(request, "Noted.")
    return redirect("improvement:action", pk=pk)


@require_POST
def attach(request: Request, pk: int) -> HttpResponse:
    row = action_for(request.user, pk, "plan.work")
    form = AttachForm(request.POST, library=queries.library_of(row))
    if not form.is_valid():
        return _page(request, row, status=422, attach_form=form, form=form)
    evidence = form.cleaned_data["evidence"]
    done = "The evidence is attached."
    tried(request, done, services.attach, PlanLocked, action=row, evidence=evidence)
    return redirect("improvement:action", pk=pk)


@require_POST
def detach(request: Request, pk: int, evidence: str) -> HttpResponse:
    row = action_for(request.user, pk, "plan.work")
    piece = get_object_or_404(queries.pieces_of(row), evidence=evidence)
    done = "It is no longer attached. It stays in your library."
    tried(request, done, services.detach, PlanLocked, action=row, evidence=piece.evidence)
    return redirect("improvement:action", pk=pk)
