"""Where the signing of a plan stands."""

from dataclasses import dataclass

from django.db.models import QuerySet

from improvement.models import Plan, PlanVersion
from improvement.rules.signing import STANDING, State


@dataclass(frozen=True)
class Standing:
    """Where signing is: the version that holds, the one that waits, and the newest of all."""

    approved: PlanVersion | None
    waiting: PlanVersion | None
    newest: PlanVersion | None


def versions_of(plan: Plan) -> QuerySet[PlanVersion]:
    """The newest first."""
    return plan.versions.select_related(
        "submitted_by", "decided_by", "ended_by", "acknowledged_by"
    ).order_by("-number")


def standing_of(plan: Plan) -> Standing:
    """One query."""
    rows = list(versions_of(plan))
    return Standing(
        approved=next((row for row in rows if row.state == STANDING), None),
        waiting=next((row for row in rows if row.state == State.SUBMITTED.value), None),
        newest=rows[0] if rows else None,
    )
