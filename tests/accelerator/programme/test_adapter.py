"""Signing in and a forgotten password, as a person meets them."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accelerator.core.mail.services import remove_withheld, send_next_mail
from accelerator.models import OutgoingMail
from tests.factories.programme import UserFactory

pytestmark = pytest.mark.django_db
NEW = "a much longer horse"


@pytest.fixture
def amina(db):
    return UserFactory(email="amina@example.org", name="Amina")


def ask(client: Client, email: str):
    return client.post(reverse("account_reset_password"), {"email": email}, follow=True)


def sign_in_with(client: Client, password: str, email: str = "amina@example.org"):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def signed_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def both(password: str) -> dict:
    return {"password1": password, "password2": password}


def link_in(text: str) -> str:
    (link,) = re.findall(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", text)
    return link


def test_a_forgotten_password_from_the_page_to_the_new_sign_in(amina, client, mailbox) -> None:
    answer = ask(client, "amina@example.org")
    assert answer.redirect_chain == [(reverse("account_reset_password_done"), 302)]
    row = OutgoingMail.objects.get()
    assert (row.to, row.sent_at) == ("amina@example.org", None)
    (message,) = mailbox()
    assert message.to == ["amina@example.org"]
    assert link_in(message.body)
    assert "Impact Accelerator" in message.body
    row.refresh_from_db()
    assert row.text == "", "the one-time link is not kept"

    reader = Client()
    page = reader.get(link_in(message.body), follow=True)
    form_at = page.request["PATH_INFO"]
    assert link_in(message.body) != form_at, "the key is out of the address bar"
    assert reader.post(form_at, both("123")).status_code == 200, "too weak"
    done = reader.post(form_at, both(NEW))
    assert done.url == reverse("account_reset_password_from_key_done")
    assert not signed_in(reader), "a link is not a sign-in"
    sign_in_with(reader, "correct horse")
    assert not signed_in(reader)
    assert sign_in_with(reader, NEW).url == reverse("home")
    assert signed_in(reader)


def test_a_link_works_once_and_only_as_it_was_sent(amina, client, mailbox) -> None:
    ask(client, amina.email)
    link = link_in(mailbox()[0].body)
    forged = link[:-2] + ("a" if link[-2] != "a" else "b") + "/"
    assert "no longer works" in client.get(forged, follow=True).content.decode()
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], both(NEW))
    again = Client().get(link, follow=True)
    assert "no longer works" in again.content.decode()


def test_changing_the_password_tells_its_owner(amina, client, mailbox) -> None:
    ask(client, amina.email)
    page = client.get(link_in(mailbox()[0].body), follow=True)
    client.post(page.request["PATH_INFO"], both(NEW))
    messages = mailbox()
    assert len(messages) == 2
    assert messages[1].to == ["amina@example.org"]
    assert "password" in messages[1].subject.lower()
    assert NEW not in messages[1].body


def masked(response) -> str:
    """A page without what differs between any two requests, and without the typed address."""
    return re.sub(
        r'("X-CSRFToken": |name="csrfmiddlewaretoken" value=)"\w+"', "", text_of(response)
    )


def text_of(response) -> str:
    return re.sub(r"[\w.+-]+@example\.org", "ADDRESS", response.content.decode())


def test_an_unknown_address_gets_the_same_answer_and_no_mail(amina, mailbox) -> None:
    UserFactory(email="gone@example.org", is_active=False)
    known = ask(Client(), "amina@example.org")
    answers = [ask(Client(), email) for email in ("nobody@example.org", "gone@example.org")]
    for answer in answers:
        assert answer.redirect_chain == known.redirect_chain
        assert masked(answer) == masked(known)
    assert [message.to for message in mailbox()] == [["amina@example.org"]]


def test_a_known_and_an_unknown_address_cost_the_same_work(amina, monkeypatch) -> None:
    """The same statements, as many hashes of a letter, one row and one task each."""
    UserFactory(email="gone@example.org", is_active=False)
    done: list[str] = []
    monkeypatch.setattr("accelerator.programme.accounts.adapter.enqueue", done.append)

    def note(execute, sql, params, many, context):
        done.append(sql)
        return execute(sql, params, many, context)

    work = []
    for email in ("amina@example.org", "nobody@example.org", "gone@example.org"):
        done.clear()
        with connection.execute_wrapper(note):
            ask(Client(), email)
        work.append(list(done))
    known, *unknown = work
    assert sum("INSERT" in step for step in known) == 1
    assert known[-1] == "accelerator.send_mail"
    assert unknown == [known, known]


def test_a_letter_for_nobody_holds_nothing_and_goes_with_the_tidying(amina, mailbox) -> None:
    ask(Client(), "nobody@example.org")
    row = OutgoingMail.objects.get()
    assert (row.to, row.text) == ("", "")
    assert "example.org" not in row.subject
    assert mailbox() == []
    ask(Client(), amina.email)
    remove_withheld()
    assert OutgoingMail.objects.get().to == amina.email


def test_a_wrong_password_and_an_unknown_address_look_alike(amina) -> None:
    UserFactory(email="gone@example.org", is_active=False)
    wrong = sign_in_with(Client(), "wrong horse")
    for email in ("nobody@example.org", "gone@example.org"):
        unknown = sign_in_with(Client(), "wrong horse", email)
        assert unknown.status_code == wrong.status_code == 200
        assert masked(unknown) == masked(wrong)
    assert "password" in text_of(wrong)


def test_mail_goes_by_the_outbox_only(amina, client) -> None:
    ask(client, amina.email)
    assert mail.outbox == []
    assert send_next_mail() is True
    assert len(mail.outbox) == 1


def test_links_in_mail_lead_to_this_site_whatever_the_request_claims(amina, settings) -> None:
    settings.SITE_URL = "https://accelerator.example.org"
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    ask(Client(headers={"host": "localhost"}), amina.email)
    text = OutgoingMail.objects.get().text
    assert "https://accelerator.example.org/accounts/password/reset/key/" in text
    assert "localhost" not in text


def test_nobody_signs_up_by_themselves(client) -> None:
    for address in ("/accounts/signup/", "/accounts/email/"):
        assert client.get(address).status_code == 404


def test_signing_out_takes_a_button(amina, sign_in) -> None:
    client = sign_in(amina)
    client.get(reverse("account_logout"))
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_signing_in_never_leads_to_another_site(amina, client, elsewhere: str) -> None:
    answer = client.post(
        reverse("account_login"),
        {"login": amina.email, "password": "correct horse", "next": elsewhere},
    )
    assert answer.status_code == 302
    assert answer.url == reverse("home")


def test_after_signing_in_one_arrives_where_one_was_going(amina, client) -> None:
    address = client.get(reverse("account")).url
    answer = client.post(
        address, {"login": amina.email, "password": "correct horse", "next": "/account/"}
    )
    assert answer.url == "/account/"
