"""Odd addresses name nothing; and no log says what an address held."""

import logging
from urllib.parse import quote_from_bytes

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from structlog.testing import capture_logs

from accelerator.core.middleware import RoutesInsteadOfAddresses
from tests.factories.assessment import started


@pytest.mark.django_db
@pytest.mark.parametrize(
    "odd", ["%00", "design.1%00", "a%0Ab", "%7F", "%C2%85", "%ED%A0%80", "%F0%9F%92%A9", "x" * 3000]
)
def test_an_odd_code_is_not_found(cast, sign_in, odd: str) -> None:
    assessment = started(cast.enrolment, cast.lead)
    client = sign_in(cast.lead)
    for address in (
        f"/assessments/{assessment.pk}/criteria/{odd}/",
        f"/assessments/{assessment.pk}/criteria/{odd}/history/",
        f"/cohorts/{odd}/",
        f"/{odd}/",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.django_db
def test_a_nul_in_a_query_is_not_found(cast, sign_in) -> None:
    address = f"/enrolments/{cast.enrolment.pk}/evidence/"
    client = sign_in(cast.lead)
    assert client.get("/?page=1").status_code == 200
    assert client.get("/?page=%00").status_code == 404
    assert client.get(f"{address}?q=%00").status_code == 404


NAMES = ("code", "next", "email", "login", "name", "version", "level", "title", "q", "credential")


@pytest.mark.django_db
@pytest.mark.parametrize("odd", [b"a\0b", b"\xed\xa0\x80"])
def test_an_odd_code_in_a_form_or_a_query_is_never_a_fault(world, browsers, odd: bytes) -> None:
    """As a form, as a form with files, and as a query, at every address."""
    from tests.test_access_matrix import MATRIX

    typed = "&".join(f"{name}={quote_from_bytes(odd)}" for name in NAMES)
    parts = [
        f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + odd + b"\r\n"
        for name in NAMES
    ]
    kinds = {
        "application/x-www-form-urlencoded": typed.encode(),
        "multipart/form-data; boundary=X": b"".join(parts) + b"--X--\r\n",
    }
    for name, entry in MATRIX.items():
        address = reverse(name, args=entry.args(world))
        client = browsers(min(entry.post or entry.get or {"lead"}))
        with transaction.atomic():
            answers = [
                client.generic("POST", address, body, content_type=kind)
                for kind, body in kinds.items()
            ]
            answers.append(client.get(f"{address}?{typed}"))
            transaction.set_rollback(True)
        assert max(answer.status_code for answer in answers) < 500, name


@pytest.mark.django_db
def test_logs_name_the_route_and_not_the_token_or_the_words(caplog) -> None:
    token = "/accounts/password/reset/key/1-secrettoken/"
    with capture_logs() as logs:
        Client().get(token)
        Client().get("/help/?q=secretwords")
        Client().get("/secretpage/")
    requests = [entry["request"] for entry in logs if entry["event"] == "request_finished"]
    assert requests == ["GET account_reset_password_from_key", "GET help", "GET nothing"]
    assert "secret" not in str(logs)


def test_djangos_own_lines_name_the_route_too() -> None:
    request = RequestFactory().get("/accounts/password/reset/key/1-secrettoken/")
    args = ("Not Found", request.path)
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", args, None)
    record.request = request
    assert RoutesInsteadOfAddresses().filter(record)
    assert record.getMessage() == "Not Found: account_reset_password_from_key"
    other = logging.LogRecord("other", logging.WARNING, "", 0, "%s", ("/words/",), None)
    assert RoutesInsteadOfAddresses().filter(other)
    assert other.getMessage() == "/words/"
