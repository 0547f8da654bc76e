"""Write the audit event of a change, inside the change's own transaction."""

from django.db import connection, models

from accelerator.models import AuditEvent, User


def record(actor: User | None, action: str, target: models.Model, **data) -> None:
    """Record that `actor` (None: the system) did `action` to `target`."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs in the transaction of the change it records.")
    AuditEvent.objects.create(
        actor=actor, action=action, target=f"{target._meta.label_lower}:{target.pk}", data=data
    )
