from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from accelerator.core import audit
from accelerator.core.mail.services import queue_template_mail
from accelerator.core.sealed import seal_afresh
from accelerator.models import User

# Where the data of an authenticator holds a secret.
SECRETS = ("secret", "seed")


@transaction.atomic
def rename_person(*, actor: User, name: str) -> None:
    """Change a person's own name."""
    User.objects.filter(pk=actor.pk).update(name=name)
    audit.record(actor, "person.renamed", actor)


@transaction.atomic
def end_sessions(*, actor: User | None, person: User) -> None:
    """Sign `person` out everywhere; `actor` is None for the operator's command."""
    User.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
    audit.record(actor, "person.sessions_ended", person)


@transaction.atomic
def reset_second_factor(*, actor: User | None, person: User, why: str) -> int:
    """Remove every second factor and recovery code of `person`, who lost theirs; how many.

    Their sessions end, and a letter tells them.
    """
    removed = Authenticator.objects.filter(user=person).delete()[0]
    end_sessions(actor=actor, person=person)
    audit.record(actor, "second_factor.reset", person, removed=removed, why=why)
    queue_template_mail(people=[person], template="second_factor_reset", context={})
    return removed


@transaction.atomic
def seal_second_factors_afresh() -> int:
    """Put every secret under today's SECRET_KEY, so that a fallback can go; how many rows."""
    rows = list(Authenticator.objects.select_for_update())
    for row in rows:
        row.data |= {name: seal_afresh(row.data[name]) for name in SECRETS if name in row.data}
        row.save(update_fields=["data"])
    return len(rows)
