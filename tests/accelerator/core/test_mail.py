"""The outbox: one row, one message, and no message without its change."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from accelerator.core.mail.services import (
    MAX_ATTEMPTS,
    queue_mail,
    queue_template_mail,
    send_next_mail,
)
from accelerator.models import OutgoingMail
from tests.factories.assessment import started
from tests.factories.programme import EnrolmentFactory, UserFactory
from tests.smtp import mail_server

DEAD_SERVER = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 9,
    "EMAIL_TIMEOUT": 2,
}


def queue(**more) -> None:
    queue_mail(**{"to": "amina@example.org", "subject": "Welcome", "text": "A secret link."} | more)


@pytest.mark.django_db
def test_a_message_is_sent_as_written_and_its_text_is_not_kept(mailoutbox) -> None:
    queue()
    assert send_next_mail() is True
    (message,) = mailoutbox
    assert (message.to, message.subject, message.body) == (
        ["amina@example.org"],
        "Welcome",
        "A secret link.",
    )
    row = OutgoingMail.objects.get()
    assert (row.subject, row.text, row.attempts) == ("Welcome", "", 1)
    assert row.sent_at is not None
    assert send_next_mail() is False
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_messages_leave_oldest_first(mailoutbox) -> None:
    for subject in ("one", "two", "three"):
        queue(subject=subject)
    while send_next_mail():
        pass
    assert [message.subject for message in mailoutbox] == ["one", "two", "three"]


@pytest.mark.django_db
def test_the_same_key_is_one_message() -> None:
    queue(key="assessment_submitted:1:2")
    queue(key="assessment_submitted:1:2", subject="Again")
    queue(key="assessment_submitted:1:3")
    queue()
    queue()
    assert [row.subject for row in OutgoingMail.objects.all()] == ["Welcome"] * 4


@pytest.mark.django_db
def test_the_same_key_stays_one_message_after_it_was_sent(mailoutbox) -> None:
    queue(key="once")
    send_next_mail()
    queue(key="once")
    assert send_next_mail() is False
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_a_subject_is_one_line_and_fits(mailoutbox) -> None:
    queue(subject="Heat-map\r\nBcc: everybody@example.org " + "x" * 300)
    send_next_mail()
    (message,) = mailoutbox
    assert "\n" not in message.subject
    assert len(message.subject) == 200
    assert message.recipients() == ["amina@example.org"]


@pytest.mark.django_db
def test_a_failure_is_kept_and_tried_again_later_and_later(settings, mailoutbox) -> None:
    for name, value in DEAD_SERVER.items():
        setattr(settings, name, value)
    queue()
    waits = []
    for attempt in range(1, 4):
        before = timezone.now()
        assert send_next_mail() is True
        row = OutgoingMail.objects.get()
        assert row.attempts == attempt
        assert "refused" in row.last_error
        assert row.text == "A secret link."
        assert row.sent_at is None
        assert send_next_mail() is False, "not before its time"
        waits.append(row.next_attempt_at - before)
        OutgoingMail.objects.update(next_attempt_at=timezone.now())
    assert timedelta(seconds=30) <= waits[0] < waits[1] < waits[2] < timedelta(minutes=10)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_next_mail() is True
    assert [message.body for message in mailoutbox] == ["A secret link."]
    row = OutgoingMail.objects.get()
    assert (row.last_error, row.text) == ("", "")


@pytest.mark.django_db
def test_one_that_fails_for_good_is_left_with_its_error(settings) -> None:
    for name, value in DEAD_SERVER.items():
        setattr(settings, name, value)
    queue()
    OutgoingMail.objects.update(attempts=MAX_ATTEMPTS - 1)
    assert send_next_mail() is True
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    assert send_next_mail() is False
    assert OutgoingMail.objects.get().last_error


@pytest.fixture
def smtp(settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND = DEAD_SERVER["EMAIL_BACKEND"]
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["amina@" + "x" * 70 + ".exämple", "refused@example.org"])
def test_an_address_no_server_takes_does_not_hold_up_the_others(to: str, smtp) -> None:
    queue(to=to)
    queue(subject="The next one")
    while send_next_mail():
        pass
    (message,) = smtp.messages
    assert "Subject: The next one" in message
    assert OutgoingMail.objects.get(to=to).last_error


@pytest.mark.django_db(transaction=True)
def test_ten_workers_send_each_message_once(mailoutbox) -> None:
    for number in range(5):
        queue(subject=f"Message {number}")
    start = Barrier(10)

    def worker(_) -> int:
        try:
            start.wait()
            return sum(iter(send_next_mail, False))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        sent = list(pool.map(worker, range(10)))
    assert sum(sent) == 5
    assert sorted(message.subject for message in mail.outbox) == [
        f"Message {number}" for number in range(5)
    ]
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_ten_who_ask_at_once_with_one_key_queue_one_message() -> None:
    start = Barrier(10)

    def ask(_) -> None:
        try:
            start.wait()
            queue(key="once")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(ask, range(10)))
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_sends_nothing(mailoutbox) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        queue()
        assert OutgoingMail.objects.exists()
        raise Stop
    assert send_next_mail() is False
    assert mailoutbox == []


@pytest.mark.django_db
def test_a_template_is_written_to_each_person_by_name(mailoutbox, settings) -> None:
    lead = UserFactory(name="Amina <Yusuf> & Co")
    enrolment = EnrolmentFactory()
    assessment = started(enrolment, lead)
    people = [lead, UserFactory()]
    for _ in range(2):
        queue_template_mail(
            people=people,
            template="assessment_received",
            context={"assessment": assessment, "actor": lead},
            key=f"received:{assessment.pk}",
        )
    while send_next_mail():
        pass
    assert [message.to for message in mailoutbox] == [[person.email] for person in people]
    first = mailoutbox[0]
    assert first.subject
    assert first.subject not in first.body
    assert "Amina <Yusuf> & Co" in first.subject + first.body, "plain text is not escaped"
    assert settings.SITE_URL in first.body


@pytest.mark.django_db
def test_an_account_that_is_switched_off_gets_no_letter() -> None:
    lead, gone = UserFactory(), UserFactory(is_active=False)
    queue_template_mail(
        people=[gone, lead],
        template="assessment_received",
        context={"assessment": started(EnrolmentFactory(), lead), "actor": lead},
    )
    assert [mail.to for mail in OutgoingMail.objects.all()] == [lead.email]
