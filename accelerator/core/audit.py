"""Write the audit event of a change, inside the change's own transaction."""

from collections.abc import Iterable

from django.db import connection, models

from accelerator.models import AuditEvent, User


def record(actor: User | None, action: str, target: models.Model, **data) -> None:
    """Record that `actor` (None: the system) did `action` to `target`."""
    record_each(actor, action, target, [data])


def record_each(
    actor: User | None, action: str, target: models.Model, changes: Iterable[dict]
) -> None:
    """As `record`, an event for each of `changes` (its data), all written in one query."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs in the transaction of the change it records.")
    name = f"{target._meta.label_lower}:{target.pk}"
    AuditEvent.objects.bulk_create(
        AuditEvent(actor=actor, action=action, target=name, data=data) for data in changes
    )
