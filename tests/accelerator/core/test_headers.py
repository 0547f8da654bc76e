"""Closed policies beside the addresses: those are walked by test_access_matrix."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.closed import assert_closed, assert_nothing_inline


def test_the_check_would_see_an_inline_style() -> None:
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
