"""Bodies that are too large are refused by their length, before they are read."""

import io

import pytest
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.markup import page

MEGABYTE = 1024 * 1024


class Unread(io.BytesIO):
    def read(self, *_args: object) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.fixture
def post():
    """Answer a POST of `length` bytes, of which none may be read."""

    def post(client, length: int, path: str = "/", **more: str):
        more |= {"CONTENT_LENGTH": str(length), "wsgi.input": Unread()}
        return client.post(path, content_type="multipart/form-data; boundary=x", **more)

    return post


def test_a_stranger_may_send_no_more_than_a_form(client, db, post) -> None:
    sign_in = reverse("account_login")
    refused = post(client, 408 * MEGABYTE, sign_in)
    assert refused.status_code == 413
    assert page(refused).one("h1").text == "Too much at once"
    assert post(client, MEGABYTE + 1, sign_in).status_code == 413
    assert client.post(sign_in, {"login": "x" * 1000}).status_code == 200


def test_a_person_may_send_files_up_to_the_limit(cast, sign_in, post, settings) -> None:
    client = sign_in(cast.lead)
    assert post(client, settings.BODY_BYTES + 1).status_code == 413
    with pytest.raises(AssertionError, match="was read"):
        post(client, settings.BODY_BYTES, reverse("account_login"))
    large = SimpleUploadedFile("a.pdf", bytes(2 * MEGABYTE))
    assert client.post(reverse("account_login"), {"files": large}).status_code != 413


def test_a_body_without_a_length_is_refused(client, db, post) -> None:
    assert post(client, 0, HTTP_TRANSFER_ENCODING="chunked").status_code == 411


@pytest.mark.parametrize(("address", "warned"), [("", True), ("tcp://clamd:3310", False)])
def test_production_without_a_scanner_is_a_warning(settings, address: str, warned: bool) -> None:
    settings.CLAMD_URL = address
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert ("accelerator.W001" in found) is warned
    assert "accelerator.W001" not in {message.id for message in run_checks()}
