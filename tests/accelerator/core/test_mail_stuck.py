"""Letters that cannot be sent: four days of tries, no lock, no address in a log, a staff page."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from structlog.testing import capture_logs

from accelerator.core.mail.rules import MAX_ATTEMPTS, wait_after
from accelerator.core.mail.services import send_next_mail
from accelerator.models import AuditEvent, OutgoingMail
from tests.factories.programme import UserFactory, stuck_letter

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def test_a_letter_is_tried_for_four_days() -> None:
    waits = [wait_after(attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), timedelta(hours=6))
    assert timedelta(days=4) <= sum(waits, timedelta()) < timedelta(days=4, hours=6)


@pytest.mark.django_db
def test_a_repeat_has_the_same_message_id(mailoutbox, settings) -> None:
    settings.SITE_URL = "https://accelerator.example.org"
    letter = stuck_letter()
    other = stuck_letter()
    for _ in range(2):
        OutgoingMail.objects.update(sent_at=None, next_attempt_at=timezone.now())
        while send_next_mail():
            pass
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert ids[:2] == ids[2:]
    assert ids[0].startswith(f"<{letter.pk}.")
    assert ids[1].startswith(f"<{other.pk}.")
    assert {each.partition("@")[2] for each in ids} == {"accelerator.example.org>"}


@pytest.mark.django_db
def test_the_log_names_the_error_and_neither_the_address_nor_the_words(settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = BACKEND, "127.0.0.1", 9
    stuck_letter(attempts=MAX_ATTEMPTS - 2)
    with capture_logs() as logs:
        send_next_mail()
        OutgoingMail.objects.update(next_attempt_at=timezone.now())
        send_next_mail()
    assert [entry["event"] for entry in logs] == ["mail_not_sent", "mail_given_up"]
    assert [entry["error"] for entry in logs] == ["ConnectionRefusedError"] * 2
    assert "amina" not in str(logs)
    assert "Welcome" not in str(logs)
    assert "secret" not in str(logs)


class Watching(EmailBackend):
    """Looks from a second connection at the letter that is being sent."""

    def send_messages(self, messages) -> int:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT id FROM accelerator_outgoingmail FOR UPDATE NOWAIT")
                assert cursor.fetchone()
        finally:
            other.close()
        assert send_next_mail() is False, "another worker took the same letter"
        return super().send_messages(messages)


@pytest.mark.django_db(transaction=True)
def test_no_row_is_locked_while_the_mail_server_answers(settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    mail.outbox = []
    stuck_letter()
    assert send_next_mail() is True
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_staff_see_what_is_stuck_and_send_it_again(sign_in, mailbox) -> None:
    staff = UserFactory(is_staff=True)
    given_up = stuck_letter(
        attempts=MAX_ATTEMPTS, next_attempt_at=timezone.now() + timedelta(hours=1)
    )
    stuck_letter(to="sent@example.org", sent_at=timezone.now(), attempts=2)
    stuck_letter(to="untried@example.org", attempts=0)
    client = sign_in(staff)
    page = client.get(reverse("stuck_mail")).content.decode()
    for shown in ("amina@example.org", "Welcome", "Connection refused", "Given up"):
        assert shown in page
    for hidden in ("A secret link.", "sent@example.org", "untried@example.org"):
        assert hidden not in page
    address = reverse("send_mail_again", args=[given_up.pk])
    assert client.post(address).url == reverse("stuck_mail")
    assert "amina@example.org" in [message.to[0] for message in mailbox()]
    (event,) = AuditEvent.objects.filter(action="mail.send_again")
    assert (event.actor, event.target) == (staff, f"accelerator.outgoingmail:{given_up.pk}")
    assert "has been sent meanwhile" in client.post(address, follow=True).content.decode()
    assert reverse("stuck_mail") in client.get(reverse("account")).content.decode()
    assert (
        reverse("stuck_mail") not in sign_in(UserFactory()).get(reverse("account")).content.decode()
    )


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_another_worker_has_in_hand_holds_up_no_other(mailoutbox) -> None:
    held, free = stuck_letter(), stuck_letter()
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as holder, connection.cursor() as cursor:
            table = OutgoingMail._meta.db_table
            holder.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [held.pk])
            cursor.execute("SET lock_timeout = '2s'")
            assert send_next_mail()
            assert not send_next_mail()
            cursor.execute("RESET lock_timeout")
        other.rollback()
    finally:
        other.close()
    held.refresh_from_db()
    free.refresh_from_db()
    assert held.sent_at is None
    assert free.sent_at is not None
