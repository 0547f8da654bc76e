from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.http import Request, tried
from improvement.access import plan_for, version_for
from improvement.planning.frame import frame
from improvement.planning.queries.rows import goals_of_plan
from improvement.planning.queries.standing import standing_of, versions_of
from improvement.rules.frozen import goals_of
from improvement.rules.problems import CannotSign
from improvement.signing import queries, services
from improvement.signing.forms import DecideForm, HandOverForm, RevokeForm


@require_safe
def versions(request: Request, pk: int) -> HttpResponse:
    """Every version that was handed over, the newest first."""
    plan = plan_for(request.user, pk, "plan.view")
    context = frame(plan, "versions") | {"versions": versions_of(plan)}
    return render(request, "improvement/versions.html", context)


def hand_over(request: Request, pk: int) -> HttpResponse:
    """What the sponsor will be asked to sign, then give it to them."""
    plan = plan_for(request.user, pk, "plan.write")
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = services.hand_over(actor=request.user, plan=plan, **form.cleaned_data)
        except CannotSign as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Your plan is with the senior sponsor. We wrote to them.")
            return redirect("improvement:version", pk=pk, number=version.number)
    standing = standing_of(plan)
    before = standing.approved or standing.newest
    context = frame(plan) | {
        "form": form,
        "standing": standing,
        "goals": queries.spoken(plan, goals_of_plan(plan)),
        "before": before,
        "changes": queries.changes_since(plan, before) if before else [],
        "signers": queries.signers_of(plan, request.user),
    }
    status = 422 if form.errors else 200
    return render(request, "improvement/hand_over.html", context, status=status)


def _page(
    request: Request,
    pk: int,
    number: int,
    *,
    status: int = 200,
    decide: DecideForm | None = None,
    revoke: RevokeForm | None = None,
) -> HttpResponse:
    """A version as it was handed over, what changed since the one before, what may happen now."""
    row = version_for(request.user, pk, number, "plan.view")
    plan = plan_for(request.user, pk, "plan.view")
    before = queries.before(row)
    after = goals_of(row.frozen)
    shown = frame(plan)
    context = shown | {
        "version": row,
        "goals": queries.spoken(plan, after),
        "before": before,
        "changes": queries.changes_between(plan, goals_of(before.frozen), after) if before else [],
        "is_own": row.submitted_by_id == request.user.pk,
        "decide_form": decide or DecideForm(),
        "revoke_form": revoke or RevokeForm(),
        "form": decide or revoke,
    }
    return render(request, "improvement/version.html", context, status=status)


@require_safe
def version(request: Request, pk: int, number: int) -> HttpResponse:
    return _page(request, pk, number)


@require_POST
def take_back(request: Request, pk: int, number: int) -> HttpResponse:
    row = version_for(request.user, pk, number, "plan.write")
    tried(
        request,
        "You have it back. Change what you want to, then hand it over again.",
        services.take_back,
        CannotSign,
        version=row,
    )
    return redirect("improvement:plan", pk=pk)


@require_POST
def decide(request: Request, pk: int, number: int) -> HttpResponse:
    row = version_for(request.user, pk, number, "plan.sign")
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, number, status=422, decide=form)
    act = services.approve if form.approves else services.send_back
    done = "You approved it." if form.approves else "It is back with the project lead."
    tried(
        request,
        f"{done} We wrote to them.",
        act,
        CannotSign,
        version=row,
        comment=form.cleaned_data["comment"],
    )
    return redirect("improvement:version", pk=pk, number=number)


@require_POST
def revoke(request: Request, pk: int, number: int) -> HttpResponse:
    row = version_for(request.user, pk, number, "plan.sign")
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, number, status=422, revoke=form)
    tried(
        request,
        "Your approval is withdrawn. We wrote to the project lead.",
        services.revoke,
        CannotSign,
        version=row,
        **form.cleaned_data,
    )
    return redirect("improvement:version", pk=pk, number=number)


@require_POST
def acknowledge(request: Request, pk: int, number: int) -> HttpResponse:
    row = version_for(request.user, pk, number, "plan.acknowledge")
    tried(
        request,
        "Thank you. They see that you have read it.",
        services.acknowledge,
        CannotSign,
        version=row,
    )
    return redirect("improvement:version", pk=pk, number=number)
