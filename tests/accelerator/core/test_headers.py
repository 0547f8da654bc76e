"""What every answer tells the browser, whoever asks and whatever the answer is."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.test_access_matrix import MATRIX

CLOSED_FEATURES = ("camera", "geolocation", "microphone", "payment", "usb")
# The library's own plain page, for machines and for those who run the site.
NOT_OURS = ("health_live", "health_ready")


# The one page that another page of ours frames: evidence beside the coach's form.
FRAMED = re.compile(r"^/evidence/[^/]+/view/$")


def assert_closed(response) -> None:
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "default-src 'none'" in policy
    for directive in ("script-src", "style-src", "form-action", "base-uri", "frame-ancestors"):
        values = re.search(rf"{directive} ([^;]+)", policy)
        assert "sandbox" in policy or values[1].split() in (["'self'"], ["'none'"]), directive
    assert response["X-Content-Type-Options"] == "nosniff"
    framed = FRAMED.match(response.wsgi_request.path)
    shown = framed and response.status_code == 200
    assert response["X-Frame-Options"] == ("SAMEORIGIN" if shown else "DENY")
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    for feature in CLOSED_FEATURES:
        assert f"{feature}=()" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]


def assert_nothing_inline(html: str) -> None:
    """Nothing that the policy would block: no inline script, style or event handler."""
    assert not re.search(r"<style\b", html)
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", html)
    assert not re.search(r"<[a-z][^>]*\s(style|on[a-z]+)=[\"']", html)
    assert "javascript:" not in html


@pytest.mark.parametrize("person", ["lead", "outsider", "anonymous"])
def test_every_address_answers_with_closed_policies(world, db, browsers, person: str) -> None:
    addresses = {name: reverse(name, args=entry.args(world)) for name, entry in MATRIX.items()}
    for name, address in addresses.items():
        for method in ("get", "post"):
            with transaction.atomic():
                response = getattr(browsers(person), method)(address)
                transaction.set_rollback(True)
            assert_closed(response)
            content = response.getvalue()  # Reads a file to its end, which closes it.
            is_page = response.get("Content-Type", "").startswith("text/html")
            if is_page and name not in NOT_OURS:
                assert_nothing_inline(content.decode())


def test_the_check_above_would_see_an_inline_style() -> None:
    for html in (
        '<p style="color: red">',
        "<a onclick='go()'>",
        "<script>go()</script>",
        '<script nonce="1">go()</script>',
        "<style>p {}</style>",
        '<a href="javascript:go()">',
    ):
        with pytest.raises(AssertionError):
            assert_nothing_inline(html)
    assert_nothing_inline('<script src="/static/app.js" defer></script><p data-style="x">on=')


@pytest.mark.parametrize("address", ["/nothing/here/", "/admin/", "/admin/login/"])
def test_pages_that_are_not_ours_and_errors_are_closed_too(db, client, address: str) -> None:
    assert_closed(client.get(address))


def test_a_form_without_its_token_is_refused_with_closed_policies(db) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a"})
    assert response.status_code == 403
    assert_closed(response)


def test_a_static_file_may_be_kept_but_not_sniffed(client) -> None:
    response = client.get("/static/css/app.css")
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" not in response.get("Cache-Control", "")
    assert response.getvalue()


def test_the_session_cookie_is_not_for_scripts(cast, client) -> None:
    client.post(reverse("account_login"), {"login": cast.lead.email, "password": "correct horse"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
