"""What the pages about a cohort's settings say of its past and of what hangs off it."""

from dataclasses import dataclass

from accelerator.models import AuditEvent, Cohort, Enrolment, Invitation
from accelerator.programme.cohorts.queries.people import funders_of, moderators_of

CHANGES = ("cohort.opened", "cohort.changed")


def last_changed(cohort: Cohort) -> AuditEvent | None:
    """Who saved its settings last, and when."""
    events = AuditEvent.objects.filter(target=f"accelerator.cohort:{cohort.pk}", action__in=CHANGES)
    return events.select_related("actor").order_by("-at", "-pk").first()


@dataclass(frozen=True)
class Around:
    """Who is there for a cohort without being set here, by name."""

    moderators: list[str]
    funders: list[str]


def around(cohort: Cohort) -> Around:
    """Two queries."""
    return Around(
        [str(one) for one in moderators_of(cohort)], [str(one) for one in funders_of(cohort)]
    )


@dataclass(frozen=True)
class Underway:
    """How much closing a cohort would stop."""

    enrolments: int
    invitations: int


def underway(cohort: Cohort) -> Underway:
    """Two queries."""
    active = Enrolment.objects.filter(cohort=cohort, state=Enrolment.State.ACTIVE)
    return Underway(active.count(), Invitation.objects.open().filter(cohort=cohort).count())
