"""Setting up a second factor and signing in with it, in a real browser."""

import re

import pytest
from django.urls import reverse

from tests.browser.conftest import HOME
from tests.factories.signing_in import code_now, give_second_factor, recovery_code

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def typed(page, user) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def authenticator(page) -> None:
    """A device that makes passkeys and always finds its owner's finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_an_app_is_set_up_before_anything_else_and_signs_in(cast, window, axe) -> None:
    page = window()
    typed(page, cast.hub)
    page.wait_for_url("**/accounts/second-factor/**")
    axe(page)
    page.goto("/cohorts/")
    assert page.get_by_text("One more step before you go on").is_visible()
    page.get_by_role("link", name="Set up an app").click()
    axe(page)
    secret = page.locator("#secret").inner_text()
    page.get_by_label("The six digits").fill("123")
    page.get_by_role("button", name="Set it up").click()
    assert page.get_by_text("That did not fit").first.is_visible()
    page.get_by_label("The six digits").fill(code_now(secret))
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/codes/")
    axe(page)
    assert page.locator(".codes li").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Hello")

    again = window()
    typed(again, cast.hub)
    axe(again)
    again.get_by_label("Code").fill(code_now(secret))
    again.get_by_role("button", name="Sign in", exact=True).click()
    again.wait_for_url(HOME)
    again.goto("/account/")
    axe(again)
    assert again.get_by_text("your password and a second factor").is_visible()


def test_a_recovery_code_signs_in_without_javascript(cast, window) -> None:
    give_second_factor(cast.coach_a)
    page = window(javascript=False)
    typed(page, cast.coach_a)
    page.get_by_label("Code").fill(recovery_code(cast.coach_a))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(HOME)
    page.goto(reverse("mfa_index"))
    assert page.get_by_text(re.compile(r"9 of 10\s+are left")).is_visible()


def test_a_passkey_is_the_second_factor_and_then_the_only_one(cast, window, axe) -> None:
    page = window()
    authenticator(page)
    typed(page, cast.moderator)
    page.wait_for_url("**/accounts/second-factor/**")
    page.get_by_role("link", name="Add a passkey").click()
    axe(page)
    page.get_by_label("A name for it").fill("Laptop")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/codes/")
    page.goto("/account/")
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("**/accounts/login/")

    typed(page, cast.moderator)
    axe(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(HOME)
    assert page.get_by_role("heading", level=1).inner_text().startswith("Hello")
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("**/accounts/login/")

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(HOME)
    assert page.get_by_role("heading", level=1).inner_text().startswith("Hello")
    page.goto("/cohorts/")
    assert page.url.endswith("/cohorts/"), "a passkey alone is both"
    page.goto("/accounts/second-factor/passkeys/")
    axe(page)
    assert page.get_by_text("Laptop").first.is_visible()


def test_a_passkey_that_is_refused_says_so(cast, window) -> None:
    page = window()
    typed(page, cast.moderator)
    page.goto("/accounts/second-factor/passkeys/add/")
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(Error('no')) }")
    page.get_by_role("button", name="Add it").click()
    assert page.get_by_role("alert").inner_text().startswith("That did not work")
