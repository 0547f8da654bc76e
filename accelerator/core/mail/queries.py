from django.db.models import QuerySet
from django.db.models.functions import Now

from accelerator.core.mail.rules import MAX_ATTEMPTS, listed
from accelerator.models import OutgoingMail, User


def unsent_mail() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(sent_at=None)


def due_mail() -> QuerySet[OutgoingMail]:
    """The letters whose time has come, by the database's clock, oldest first."""
    return unsent_mail().filter(attempts__lt=MAX_ATTEMPTS, next_attempt_at__lte=Now())


def stuck_mail() -> QuerySet[OutgoingMail]:
    """The letters that were tried in vain, the longest waiting first."""
    return unsent_mail().filter(attempts__gt=0).order_by("created_at", "pk")


def written_to(key: str) -> list[User]:
    """Those to whom letters were queued under `key`, by name. Two queries."""
    keys = OutgoingMail.objects.filter(key__startswith=f"{key}:").values_list("key", flat=True)
    people = [int(found.rpartition(":")[2]) for found in keys if found]
    return list(User.objects.filter(pk__in=people).order_by("name", "pk"))


def wrote_to(key: str) -> str:
    """The sentence for a page that has just had letters queued under `key`; "" for nobody."""
    names = listed([str(person) for person in written_to(key)])
    return f"We wrote to {names}." if names else ""
