from django.db import transaction

from accelerator.core import audit
from accelerator.models import User


@transaction.atomic
def rename_person(*, actor: User, name: str) -> None:
    """Change a person's own name."""
    User.objects.filter(pk=actor.pk).update(name=name)
    audit.record(actor, "person.renamed", actor)
