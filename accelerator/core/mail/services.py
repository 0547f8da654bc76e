"""The outbox's two ends."""

import smtplib
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.mail.queries import due_mail, unsent_mail
from accelerator.core.mail.rules import MAX_ATTEMPTS, wait_after
from accelerator.models import OutgoingMail, User

# Longer than a mail server can keep us waiting at each of its steps.
LEASE = timedelta(minutes=5)

WITHHELD = "Withheld"

log = structlog.get_logger(__name__)


def queue_mail(
    *, to: str, subject: str, text: str, key: str | None = None, withheld: bool = False
) -> None:
    """Put one message in the outbox. A second one with the same `key` is dropped.

    A withheld one costs the same to write and is never sent: it keeps neither address nor text.
    """
    mail = OutgoingMail(to=to, subject=" ".join(subject.split())[:200], text=text, key=key)
    if withheld:
        mail.to, mail.subject, mail.text, mail.sent_at = "", WITHHELD, "", timezone.now()
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)


def remove_withheld() -> None:
    OutgoingMail.objects.filter(to="", subject=WITHHELD).delete()


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


def send_next_mail() -> bool:
    """Send the oldest waiting message; False when none is due.

    One worker claims it, so ten send it once; no lock is held while the mail server answers. A
    sent message keeps its subject and loses its text, which may hold a one-time link.
    """
    mail = _claim()
    if mail is None:
        return False
    try:
        EmailMessage(
            mail.subject, mail.text, to=[mail.to], headers={"Message-ID": message_id(mail)}
        ).send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # ValueError is an address that no mail can go to; it must not hold up the others.
        _keep_for_later(mail, error)
    else:
        OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=Now(), text="", last_error="")
    return True


def message_id(mail: OutgoingMail) -> str:
    """The same at every try, so that a mail program shows once what arrived twice."""
    site = urlsplit(settings.SITE_URL).hostname
    return f"<{mail.pk}.{mail.created_at.timestamp():.0f}@{site}>"


@transaction.atomic
def _claim() -> OutgoingMail | None:
    """The oldest letter that is due, kept from others until its lease ends."""
    mail = due_mail().select_for_update(skip_locked=True).first()
    if mail is not None:
        mail.attempts += 1
        OutgoingMail.objects.filter(pk=mail.pk).update(
            attempts=mail.attempts, next_attempt_at=Now() + LEASE
        )
    return mail


def _keep_for_later(mail: OutgoingMail, error: Exception) -> None:
    """Note the failure for the staff page; the log names neither the address nor the text."""
    OutgoingMail.objects.filter(pk=mail.pk).update(
        last_error=str(error)[:300], next_attempt_at=Now() + wait_after(mail.attempts)
    )
    log.error(
        "mail_given_up" if mail.attempts >= MAX_ATTEMPTS else "mail_not_sent",
        mail=mail.pk,
        attempts=mail.attempts,
        error=type(error).__name__,
        code=getattr(error, "smtp_code", None) or getattr(error, "errno", None),
    )


@transaction.atomic
def send_again(*, actor: User, pk: int) -> bool:
    """Try an unsent letter at once, with all its tries before it; False when it was sent."""
    mail = unsent_mail().select_for_update().filter(pk=pk).first()
    if mail is None:
        return False
    OutgoingMail.objects.filter(pk=pk).update(attempts=0, next_attempt_at=Now())
    audit.record(actor, "mail.send_again", mail)
    return True
