"""Who needs a second factor, and that no way around it opens anything."""

import json

import pytest
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accelerator.models import AuditEvent, Membership, OutgoingMail, Role, User
from accelerator.programme.accounts.forms import CODE_SECONDS
from accelerator.programme.accounts.services import end_sessions
from tests.factories.programme import UserFactory
from tests.factories.signing_in import (
    SECRET,
    client_of,
    code_now,
    credential,
    give_passkey,
    give_second_factor,
    recovery_code,
)

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/second-factor/"
TRUSTED = ["hub", "other_hub", "moderator", "coach_a", "coach_b"]
NONSENSE = {
    "attestationObject": "YQ",
    "clientDataJSON": "YQ",
    "authenticatorData": "YQ",
    "signature": "YQ",
    "userHandle": "\ud800",
}
OTHERS = ["lead", "member", "sponsor", "funder", "outsider", "stranger"]


@pytest.fixture
def committed(monkeypatch) -> None:
    """What allauth does once its change is saved happens within the request, as it really does."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_given: act())


def with_password(user: User) -> tuple[Client, str]:
    """Signs in through the page, as far as the password goes; where that led."""
    client = Client()
    typed = {"login": user.email, "password": "correct horse"}
    return client, client.post(reverse("account_login"), typed).url


def through(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


@pytest.mark.parametrize("name", TRUSTED)
def test_who_reads_others_is_led_to_set_one_up(cast, name: str) -> None:
    client, _ = with_password(getattr(cast, name))
    answer = client.get(reverse("cohorts"))
    assert answer.url == f"{SET_UP}?next=%2Fcohorts%2F"
    page = client.get(answer.url).content.decode()
    assert "One more step before you go on" in page


@pytest.mark.parametrize("name", OTHERS)
def test_everybody_else_is_offered_one(cast, name: str) -> None:
    client, _ = with_password(getattr(cast, name))
    assert through(client)
    assert "Set up a second factor" in client.get(reverse("account")).content.decode()
    assert "One more step" not in client.get(SET_UP).content.decode()


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_who_looks_after_the_site_needs_one_for_the_admin_too(right: str) -> None:
    keeper = UserFactory(**{right: True})
    client, _ = with_password(keeper)
    for address in ("/admin/", "/admin/accelerator/user/", "/health/degraded/", "/staff/mail/"):
        assert client.get(address).url.startswith(SET_UP), address


def test_a_role_given_meanwhile_counts_at_once(cast) -> None:
    client, _ = with_password(cast.stranger)
    assert through(client)
    Membership.objects.create(user=cast.stranger, role=Role.HUB, cohort=cast.enrolment.cohort)
    assert client.get(reverse("home")).url.startswith(SET_UP)


@pytest.mark.parametrize("name", ["without_one", "with_one"])
def test_nothing_opens_before_it(world, name: str) -> None:
    """Every address of the access matrix, by GET and by POST, however the session began."""
    from tests.test_access_matrix import MATRIX

    person = UserFactory(is_staff=True) if name == "without_one" else world.lead
    if name == "with_one":
        give_second_factor(person)
    client = Client()
    client.force_login(person)
    opened = set()
    for url, entry in MATRIX.items():
        address = reverse(url, args=entry.args(world))
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            led = answer.status_code == 302 and answer.url.startswith(SET_UP)
            if not led and answer.status_code != 405:
                opened.add(url)
            if url == "account_logout":
                client.force_login(person)
    always = {"help", "favicon", "account_logout", "health_live", "health_ready", "signed_in"}
    if name == "without_one":
        assert opened == always | {
            "account_reauthenticate",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_add_webauthn",
        }
    else:
        assert opened == always | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


def test_a_script_that_asks_is_told_of_nobody_before_it(cast) -> None:
    half, _ = with_password(cast.hub)
    assert half.get(reverse("signed_in")).json()["person"] == ""
    whole = client_of(cast.hub)
    assert whole.get(reverse("signed_in")).json()["person"] == str(cast.hub.pk)


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"Sec-Fetch-Mode": "cors"},
        {"X-Kept-Form": "true"},
        {"X-Person": "1"},
    ],
)
def test_a_part_of_a_page_and_a_script_get_no_page(cast, headers: dict) -> None:
    client, _ = with_password(cast.hub)
    answer = client.get(reverse("home"), headers=headers)
    assert answer.status_code == 401
    assert answer.content == b""
    assert answer.headers["HX-Reswap"] == "none"


def test_setting_up_an_app_and_going_on(cast, committed) -> None:
    client, _ = with_password(cast.hub)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200, "a sign-in of a moment ago is recent"
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert not through(client)
    done = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert done.url == reverse("mfa_view_recovery_codes")
    assert recovery_code(cast.hub) in client.get(done.url).content.decode()
    assert through(client)
    kinds = AuditEvent.objects.filter(action="second_factor.added").values_list("data", flat=True)
    assert {data["kind"] for data in kinds} == {"totp", "recovery_codes"}
    assert OutgoingMail.objects.get(to=cast.hub.email).subject == "An authenticator app was set up"
    assert secret not in str(Authenticator.objects.values_list("data")), "kept encrypted"


@pytest.mark.parametrize("name", ["hub", "lead"])
def test_sign_in_asks_for_it_and_takes_it(cast, name: str) -> None:
    person = getattr(cast, name)
    give_second_factor(person)
    client, led_to = with_password(person)
    assert led_to == reverse("mfa_authenticate")
    assert not through(client), "half a sign-in is none"
    assert client.post(led_to, {"code": "000000"}).status_code == 200
    assert client.post(led_to, {"code": code_now()}).url == reverse("home")
    assert through(client)


def test_a_code_works_once_as_long_as_it_would_fit(cast) -> None:
    give_second_factor(cast.hub)
    code = code_now(steps=-1)
    for works in (True, False):
        client, led_to = with_password(cast.hub)
        client.post(led_to, {"code": code})
        assert through(client) is works


def test_it_works_once_though_allauth_remembers_it_for_half_a_minute_only(cast) -> None:
    give_second_factor(cast.hub)
    code = code_now(steps=1)
    client, led_to = with_password(cast.hub)
    client.post(led_to, {"code": code})
    assert through(client)
    cache.delete(f"allauth.mfa.totp.used?user={cast.hub.pk}&code={code}")
    for written in (code, f" {code[:3]} {code[3:]}"):
        client, led_to = with_password(cast.hub)
        client.post(led_to, {"code": written})
        assert not through(client)
    steps = 1 + 2 * app_settings.TOTP_TOLERANCE
    assert steps * app_settings.TOTP_PERIOD <= CODE_SECONDS


def test_a_recovery_code_works_once(cast) -> None:
    give_second_factor(cast.hub)
    code = recovery_code(cast.hub)
    for works in (True, False):
        client, led_to = with_password(cast.hub)
        client.post(led_to, {"code": code})
        assert through(client) is works


def test_guessing_codes_ends_soon_whichever_page_and_wherever_they_come_from(
    cast, settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}  # allauth's own, as in production
    give_second_factor(cast.hub)
    client, led_to = with_password(cast.hub)
    stolen = Client()
    stolen.force_login(cast.hub)
    prove = reverse("mfa_reauthenticate")
    for number in range(6):
        guesser, address = (client, led_to) if number % 2 else (stolen, prove)
        guesser.post(address, {"code": f"{number:06}"}, REMOTE_ADDR=f"10.0.0.{number}")
    for guesser, address in ((client, led_to), (stolen, prove)):
        answer = guesser.post(address, {"code": code_now()}, REMOTE_ADDR="10.0.1.1")
        assert "Too many" in answer.content.decode()
        assert not through(guesser)


def test_a_session_that_did_not_show_it_can_only_show_it(cast) -> None:
    """Signed in by some other way: it cannot add one of its own instead."""
    give_second_factor(cast.hub)
    client = Client()
    client.force_login(cast.hub)
    prove = reverse("mfa_reauthenticate")
    for name in ("home", "mfa_add_webauthn", "mfa_activate_totp", "mfa_view_recovery_codes"):
        assert client.get(reverse(name)).url.startswith(prove), name
    client.post(reverse("account_reauthenticate"), {"password": "correct horse"})
    assert not through(client)
    client.post(prove, {"code": code_now()})
    assert through(client)


def test_a_reset_password_is_not_a_way_around(cast, mailbox) -> None:
    give_second_factor(cast.hub)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": cast.hub.email})
    letter = next(letter for letter in mailbox() if letter.to == [cast.hub.email])
    link = next(word for word in letter.body.split() if "/reset/key/" in word)
    page = client.get("/" + link.split("/", 3)[3], follow=True)
    new = "a much longer horse"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert not through(client)
    typed = {"login": cast.hub.email, "password": new}
    assert client.post(reverse("account_login"), typed).url == reverse("mfa_authenticate")
    assert not through(client)


def test_another_persons_proof_is_not_mine(cast) -> None:
    client = client_of(cast.hub)
    session = client.session
    session["second_factor"] = cast.moderator.pk
    session.save()
    assert not through(client)


def test_the_demonstrations_accounts_are_exempt_and_told_so(cast, settings) -> None:
    User.objects.filter(pk=cast.hub.pk).update(email="hub@demo.example")
    client = Client()
    client.force_login(cast.hub)
    assert not through(client), "outside the demonstration an address exempts nobody"
    settings.DEMO_MODE = True
    assert through(client)
    assert "it needs no second factor" in client.get(reverse("account")).content.decode()
    assert "need no second factor" in Client().get(reverse("account_login")).content.decode()
    moderator = Client()
    moderator.force_login(cast.moderator)
    assert not through(moderator), "only its own accounts"


def test_a_lost_device_is_reset_by_command_with_a_letter_and_an_event(cast, capsys) -> None:
    client = client_of(cast.coach_a)
    assert through(client)
    call_command("reset_second_factor", cast.coach_a.email.upper(), by=cast.hub.email, why="Lost.")
    assert "2 removed" in capsys.readouterr().out
    assert not Authenticator.objects.filter(user=cast.coach_a).exists()
    assert client.get(reverse("home")).url.startswith(reverse("account_login"))
    event = AuditEvent.objects.get(action="second_factor.reset")
    assert (event.actor, event.data) == (cast.hub, {"removed": 2, "why": "Lost."})
    letter = OutgoingMail.objects.get(to=cast.coach_a.email)
    assert letter.subject == "Your second factor was removed"
    with pytest.raises(CommandError, match=r"Nobody has the address no@example\.org"):
        call_command("reset_second_factor", "no@example.org")


def test_the_secrets_are_read_with_a_key_of_before_and_sealed_afresh(cast, settings) -> None:
    give_second_factor(cast.hub)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [old]
    app = Authenticator.objects.get(user=cast.hub, type="totp")
    assert SECRET not in str(app.data)
    assert app.wrap().validate_code(code_now())
    call_command("seal_afresh")
    settings.SECRET_KEY_FALLBACKS = []
    app.refresh_from_db()
    assert app.wrap().validate_code(code_now(steps=1))
    assert recovery_code(cast.hub)


def test_a_key_that_is_lost_is_said_and_no_code_fits(cast, settings) -> None:
    give_second_factor(cast.hub)
    settings.SECRET_KEY = "n" * 50
    client, led_to = with_password(cast.hub)
    for code in (code_now(), code_now("")):
        answer = client.post(led_to, {"code": code})
        assert "a key that the site no longer has" in answer.content.decode()
    assert not through(client)


def test_secrets_are_not_in_the_admin(cast) -> None:
    keeper = UserFactory(is_staff=True, is_superuser=True)
    assert client_of(keeper).get("/admin/mfa/authenticator/").status_code == 404


def test_ending_sessions_ends_all_of_one_person(cast) -> None:
    hers, again, other = client_of(cast.lead), client_of(cast.lead), client_of(cast.member)
    end_sessions(actor=None, person=cast.lead)
    assert [through(client) for client in (hers, again, other)] == [False, False, True]


def test_signing_out_everywhere_is_one_button(cast) -> None:
    here, elsewhere = client_of(cast.lead), client_of(cast.lead)
    assert "Sign out everywhere" in here.get(reverse("account")).content.decode()
    answer = here.post(reverse("sign_out_everywhere"), follow=True)
    assert "You are signed out everywhere." in answer.content.decode()
    assert not through(here)
    assert not through(elsewhere)
    assert AuditEvent.objects.filter(action="person.sessions_ended", actor=cast.lead).exists()


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "[]",
        "1",
        '"x"',
        "null",
        "{}",
        '{"id": 1, "rawId": 1, "response": []}',
        '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
        json.dumps({"id": "YQ", "rawId": "YQ", "response": NONSENSE}),
        '{"rawId": "\\u0000", "response": {"userHandle": 7}}',
    ],
)
def test_a_credential_that_no_browser_made_is_refused(cast, odd: str) -> None:
    give_second_factor(cast.hub)
    give_passkey(cast.hub)
    before = Authenticator.objects.count()
    inside = client_of(cast.hub)
    halfway, led_to = with_password(cast.hub)
    for client, address in (
        (inside, reverse("mfa_add_webauthn")),
        (inside, reverse("mfa_reauthenticate_webauthn")),
        (halfway, led_to),
        (Client(), reverse("mfa_login_webauthn")),
    ):
        client.get(address, headers={"accept": "application/json"})
        answer = client.post(address, {"credential": odd, "name": "Odd"})
        assert answer.status_code in (200, 302), address
    assert Authenticator.objects.count() == before
    assert not through(halfway)


def test_a_credential_that_the_database_cannot_hold_is_refused(cast, monkeypatch) -> None:
    client = client_of(cast.lead)
    client.get(reverse("mfa_add_webauthn"))
    monkeypatch.setattr(auth, "complete_registration", lambda given: None)
    given = credential() | {"clientExtensionResults": {"note": "a\0b"}}
    answer = client.post(reverse("mfa_add_webauthn"), {"credential": json.dumps(given)})
    assert answer.status_code == 200
    assert not Authenticator.objects.filter(user=cast.lead).exists()
    given["clientExtensionResults"] = {}
    answer = client.post(
        reverse("mfa_add_webauthn"), {"credential": json.dumps(given), "name": "\u202eMy key"}
    )
    assert answer.status_code == 302
    assert str(Authenticator.objects.get(user=cast.lead, type="webauthn")) == "My key"
