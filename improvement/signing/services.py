"""A plan is handed to the senior sponsor, who approves it, returns it, or withdraws approval."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Role, User
from accelerator.models.people import LEADING
from improvement.models import Plan, PlanVersion
from improvement.planning.queries.rows import goals_of_plan
from improvement.rules.frozen import as_json, goals_of
from improvement.rules.problems import CannotSign
from improvement.rules.signing import STANDING, State, may_become
from improvement.signing.queries import signers_of


@transaction.atomic
def hand_over(*, actor: User, plan: Plan, note: str = "") -> PlanVersion:
    """Freeze the plan as its next version and give it to the senior sponsor.

    Ten times at once make one version and one letter. Raises CannotSign.
    """
    hold_open(plan.enrolment_id, CannotSign)
    row = Plan.objects.select_for_update().get(pk=plan.pk)
    waiting = PlanVersion.objects.waiting().filter(plan=row).first()
    if waiting is not None:
        return waiting
    goals = goals_of_plan(plan)
    if not goals:
        raise CannotSign("There is no objective in the plan yet. Add one first.")
    sponsors = signers_of(plan, actor)
    if not sponsors.exists():
        raise CannotSign(
            "There is no senior sponsor to sign it other than you. Invite one under People first."
        )
    last = row.versions.order_by("-number").first()
    if last is not None and last.state == STANDING and goals_of(last.frozen) == goals:
        raise CannotSign("Nothing that is signed has changed since the version that holds.")
    version = PlanVersion.objects.create(
        plan=row,
        number=last.number + 1 if last else 1,
        frozen=as_json(goals),
        note=note,
        submitted_by=actor,
        submitted_at=timezone.now(),
    )
    audit.record(actor, "plan.handed_over", version, version=version.number)
    _tell(version, "plan_handed_over", sponsors)
    return version


@transaction.atomic
def take_back(*, actor: User, version: PlanVersion) -> PlanVersion:
    """Undo `hand_over` while nobody has decided. Raises CannotSign."""
    row = _next(version, State.TAKEN_BACK)
    row.state = State.TAKEN_BACK.value
    row.ended_by, row.ended_at = actor, timezone.now()
    row.save()
    audit.record(actor, "plan.taken_back", row, version=row.number)
    return row


@transaction.atomic
def approve(*, actor: User, version: PlanVersion, comment: str = "") -> PlanVersion:
    """The sponsor signs; the version before is superseded. Raises CannotSign."""
    row = _decided(version, State.APPROVED, actor)
    before = PlanVersion.objects.standing().filter(plan=row.plan_id).exclude(pk=row.pk)
    for old in before.select_for_update():
        old.state, old.ended_by, old.ended_at = State.SUPERSEDED.value, actor, row.decided_at
        old.save()
    row.comment = comment
    row.save()
    audit.record(actor, "plan.approved", row, version=row.number)
    advisers = User.objects.holding(Role.ADVISER, enrolment=row.plan.enrolment_id)
    _tell(row, "plan_approved", _leads(row, actor) | advisers)
    return row


@transaction.atomic
def send_back(*, actor: User, version: PlanVersion, comment: str) -> PlanVersion:
    """The sponsor returns it with comments; what held before still holds. Raises CannotSign."""
    row = _decided(version, State.RETURNED, actor)
    row.comment = comment
    row.save()
    audit.record(actor, "plan.returned", row, version=row.number)
    _tell(row, "plan_returned", _leads(row, actor))
    return row


@transaction.atomic
def revoke(*, actor: User, version: PlanVersion, reason: str) -> PlanVersion:
    """The sponsor withdraws an approval. Raises CannotSign."""
    row = _next(version, State.REVOKED)
    row.state, row.ended_reason = State.REVOKED.value, reason
    row.ended_by, row.ended_at = actor, timezone.now()
    row.save()
    audit.record(actor, "plan.revoked", row, version=row.number)
    _tell(row, "plan_revoked", _leads(row, actor))
    return row


@transaction.atomic
def acknowledge(*, actor: User, version: PlanVersion) -> PlanVersion:
    """The adviser has read it; the first time counts. Raises CannotSign once all is closed."""
    hold_open(version.plan.enrolment_id, CannotSign)
    row = PlanVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if row.acknowledged_at is None:
        row.acknowledged_by, row.acknowledged_at = actor, timezone.now()
        row.save(update_fields=["acknowledged_by", "acknowledged_at"])
        audit.record(actor, "plan.acknowledged", row, version=row.number)
    return row


def _next(version: PlanVersion, then: State) -> PlanVersion:
    """The version, locked, that may go to `then`. Raises CannotSign."""
    hold_open(version.plan.enrolment_id, CannotSign)
    Plan.objects.select_for_update().get(pk=version.plan_id)
    row = PlanVersion.objects.select_related("plan__enrolment__organisation").get(pk=version.pk)
    now = State(row.state)
    if not may_become(now, then):
        raise CannotSign(f"This version is {now.label.lower()} by now. Nothing was done.")
    return row


def _decided(version: PlanVersion, then: State, actor: User) -> PlanVersion:
    row = _next(version, then)
    if row.submitted_by_id == actor.pk:
        raise CannotSign("You handed it over yourself. Another senior sponsor decides.")
    row.state, row.decided_by, row.decided_at = then.value, actor, timezone.now()
    return row


def _leads(version: PlanVersion, actor: User) -> QuerySet[User]:
    """Who leads the organisation, other than whoever acts."""
    place = version.plan.enrolment.organisation_id
    return User.objects.holding(*LEADING, organisation=place).exclude(pk=actor.pk)


def _tell(version: PlanVersion, template: str, people: QuerySet[User]) -> None:
    queue_template_mail(
        people=people.distinct(),
        template=template,
        context={"version": version, "enrolment": version.plan.enrolment},
        key=f"{template}:{version.pk}",
    )
