"""The outbox's two ends."""

import smtplib
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accelerator.models import OutgoingMail, User

MAX_ATTEMPTS = 8


def queue_mail(*, to: str, subject: str, text: str, key: str | None = None) -> None:
    """Put one message in the outbox. A second one with the same `key` is dropped."""
    mail = OutgoingMail(to=to, subject=" ".join(subject.split())[:200], text=text, key=key)
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)


def queue_template_mail(
    *, people: Iterable[User], template: str, context: dict, key: str | None = None
) -> None:
    """Render `mail/<template>.txt` (first line: the subject) for each person and queue it.

    An account that is switched off gets no letter.
    """
    for person in people:
        if not person.is_active:
            continue
        text = render_to_string(
            f"mail/{template}.txt", context | {"person": person, "site_url": settings.SITE_URL}
        )
        subject, _, body = text.strip().partition("\n")
        queue_mail(
            to=person.email,
            subject=subject,
            text=body.strip() + "\n",
            key=f"{key}:{person.pk}" if key else None,
        )


@transaction.atomic
def send_next_mail() -> bool:
    """Send the oldest waiting message; False when none is due.

    The row stays locked while it is sent, so ten workers send one mail once. A sent message
    keeps its subject and loses its text, which may hold a one-time link.
    """
    now = timezone.now()
    mail = (
        OutgoingMail.objects.select_for_update(skip_locked=True)
        .filter(sent_at=None, next_attempt_at__lte=now, attempts__lt=MAX_ATTEMPTS)
        .first()
    )
    if mail is None:
        return False
    mail.attempts += 1
    try:
        EmailMessage(mail.subject, mail.text, to=[mail.to]).send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # ValueError is an address that no mail can go to; it must not hold up the others.
        mail.last_error = str(error)[:300]
        mail.next_attempt_at = now + timedelta(seconds=30 * 2**mail.attempts)
    else:
        mail.sent_at, mail.text, mail.last_error = now, "", ""
    mail.save()
    return True
