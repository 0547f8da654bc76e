"""A request of somebody who is not who the page was made for: signed out, or another person."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Rating
from tests.factories.assessment import started

HTMX = {"HX-Request": "true"}


@pytest.fixture
def at(cast):
    assessment = started(cast.enrolment, cast.lead)
    return lambda name: reverse(f"assessments:{name}", args=[assessment.pk, "monitor.3"])


@pytest.fixture
def rating(cast, at):
    return Rating.objects.get(assessment__enrolment=cast.enrolment, criterion__code="monitor.3")


def words(**more) -> dict:
    return {"justification": "Typed by the lead.", "version": "0", **more}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["criterion", "autosave", "evidence_add", "history"])
def test_a_signed_out_panel_gets_no_page_to_swap(client, at, name, method) -> None:
    answer = getattr(client, method)(at(name), headers=HTMX)
    assert answer.status_code == 401
    assert answer.content == b""
    assert answer.headers["HX-Reswap"] == "none"
    assert getattr(client, method)(at(name)).url.startswith("/accounts/login/?next=")


@pytest.mark.parametrize("headers", [{"X-Kept-Form": "true"}, {"Sec-Fetch-Mode": "cors"}])
def test_no_signed_out_script_gets_a_page(client, at, headers) -> None:
    assert client.post(at("criterion"), headers=headers).status_code == 401
    shown = client.get(at("criterion"), headers={"Sec-Fetch-Mode": "navigate"})
    assert shown.url.startswith("/accounts/login/?next=")


def test_a_panel_that_needs_nobody_signed_in_still_answers(client) -> None:
    assert client.get(reverse("help"), headers=HTMX).status_code == 200


@pytest.mark.parametrize("who", [None, "lead"])
def test_a_page_can_ask_who_is_signed_in_now(cast, sign_in, who) -> None:
    person = getattr(cast, who) if who else None
    answer = sign_in(person).get(reverse("signed_in"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.content)["person"] == (str(person.pk) if person else "")


def test_the_token_it_gives_is_one_that_saves(cast, at, rating) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.lead)
    assert strict.post(at("autosave"), words(), headers=HTMX).status_code == 403
    token = json.loads(strict.get(reverse("signed_in")).content)["token"]
    answer = strict.post(at("autosave"), words(), headers={**HTMX, "X-CSRFToken": token})
    assert answer.status_code == 200


@pytest.mark.parametrize("stated", ["header", "field"])
@pytest.mark.parametrize("name", ["criterion", "autosave"])
def test_nothing_is_saved_under_another_name(cast, sign_in, at, rating, stated, name) -> None:
    """The lead's page, and a colleague signed in meanwhile in the same browser."""
    lead = str(cast.lead.pk)
    headers = {"X-Person": lead} if stated == "header" else {}
    sent = words(stated_person=lead) if stated == "field" else words()
    answer = sign_in(cast.member).post(at(name), sent, headers=headers)
    assert answer.status_code == 403
    rating.refresh_from_db()
    assert (rating.version, rating.justification) == (0, "")
    if stated == "field":
        assert "Nothing was saved under your name" in answer.content.decode()
    assert sign_in(cast.lead).post(at(name), sent, headers=headers).status_code in (200, 302)
    rating.refresh_from_db()
    assert rating.updated_by == cast.lead


def test_a_panel_of_another_person_gets_no_page_to_swap(cast, sign_in, at) -> None:
    answer = sign_in(cast.member).post(
        at("autosave"), words(), headers={**HTMX, "X-Person": str(cast.lead.pk)}
    )
    assert (answer.status_code, answer.content) == (403, b"")


def test_pages_state_whose_they_are(cast, sign_in, at) -> None:
    page = sign_in(cast.lead).get(at("criterion")).content.decode()
    assert f'data-person="{cast.lead.pk}"' in page
    assert f'"X-Person": "{cast.lead.pk}"' in page
    assert f'<input type="hidden" name="stated_person" value="{cast.lead.pk}">' in page


def test_a_kept_form_is_told_where_it_went_instead_of_being_sent_there(cast, sign_in, at) -> None:
    """So that its script knows that the words arrived, and the next page shows its messages."""
    client = sign_in(cast.lead)
    answer = client.post(at("criterion"), words(), headers={"X-Kept-Form": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["X-Went-To"] == at("criterion")
    bad = client.post(at("criterion"), words(level="9"), headers={"X-Kept-Form": "true"})
    assert bad.status_code == 422
    assert client.get(at("criterion"), headers={"X-Kept-Form": "true"}).status_code == 200
    signed_out = Client().post(at("criterion"), words(), headers={"X-Kept-Form": "true"})
    assert (signed_out.status_code, signed_out.content) == (401, b"")
