"""What Improve brings to everybody's home page."""

from collections.abc import Collection, Iterable

from django.urls import reverse

from accelerator.core.rights import allow
from accelerator.models import Enrolment, Role, User
from accelerator.programme.journey import FIRST_ROUND, Button, Panel, Phase, Roles
from improvement.models import Action, Plan, PlanVersion
from improvement.rules.signing import STANDING, State


def improve(enrolments: Iterable[Enrolment], roles: Roles, round: int) -> dict[int, Phase]:
    """Improve for each enrolment id: three queries. Done once a plan is approved."""
    if round != FIRST_ROUND:
        return {}
    enrolments = list(enrolments)
    plans = {plan.enrolment_id: plan for plan in Plan.objects.filter(enrolment__in=enrolments)}
    states = {
        (enrolment, state)
        for enrolment, state in PlanVersion.objects.filter(
            plan__enrolment__in=enrolments, state__in=(STANDING, State.SUBMITTED.value)
        ).values_list("plan__enrolment", "state")
    }
    late = set(
        Action.objects.overdue()
        .filter(objective__plan__enrolment__in=enrolments)
        .values_list("objective__plan__enrolment", flat=True)
    )
    return {
        one.pk: _phase(
            one,
            plans.get(one.pk),
            {state for pk, state in states if pk == one.pk},
            one.pk in late,
            roles.get(one.pk, frozenset()),
        )
        for one in enrolments
    }


def _phase(
    enrolment: Enrolment, plan: Plan | None, states: set[str], late: bool, roles: frozenset[str]
) -> Phase:
    address = reverse("improvement:plan", args=[enrolment.pk])
    if plan is None:
        writes = allow(roles, "plan.write")
        return Phase(
            done=False,
            headline="Choose what to work on",
            text="Your plan begins from the calibrated framework: two or three objectives, who does"
            " what by when, signed by your senior sponsor."
            if writes
            else "Your project lead begins the improvement plan from the calibrated framework.",
            button=Button("Begin your plan" if writes else "Where it will be", address),
        )
    dates = " Some dates have passed; new ones take a minute." if late else ""
    if State.SUBMITTED.value in states:
        signs = allow(roles, "plan.sign")
        return Phase(
            done=STANDING in states,
            headline="Your plan waits to be signed" if signs else "Your plan is being signed",
            text="Read it, then approve it or send it back with a comment."
            if signs
            else f"It lies with your senior sponsor. The work goes on meanwhile.{dates}",
            button=Button("Read it and decide" if signs else "Open the plan", address),
        )
    if STANDING in states:
        return Phase(
            done=True,
            headline="Your plan is approved",
            text=f"Keep its actions up to date as you go.{dates}",
            button=Button("Open the plan", address),
            links=[Button("Board", reverse("improvement:board", args=[enrolment.pk]))],
        )
    return Phase(
        done=False,
        headline="Your plan is being written",
        text=f"When it is ready, it goes to your senior sponsor to be signed.{dates}",
        button=Button("Carry on with the plan", address),
    )


def panels(user: User, roles: Collection[str]) -> list[Panel]:
    """Plans that wait for a sponsor who signs. One query."""
    if Role.SPONSOR not in roles:
        return []
    waiting = (
        PlanVersion.objects.waiting()
        .filter(
            plan__enrolment__organisation__membership__user=user,
            plan__enrolment__organisation__membership__role=Role.SPONSOR,
        )
        .exclude(submitted_by=user)
        .select_related("plan__enrolment__organisation", "submitted_by")
        .order_by("submitted_at")
    )
    return [
        Panel(
            f"The improvement plan of {one.plan.enrolment.organisation} waits for you",
            f"{one.submitted_by.name} has handed you version {one.number}.",
            Button(
                "Read it and decide",
                reverse("improvement:version", args=[one.plan.enrolment_id, one.number]),
            ),
        )
        for one in waiting
    ]
