"""A piece of evidence by itself: download, rename, where it is used, withdraw."""

from email.message import Message
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from assessments.evidence import services as service
from assessments.evidence import tidying
from assessments.models import Evidence
from tests.factories.assessment import note, started, submitted
from tests.factories.evidence import PDF, add
from tests.markup import page


def url(name: str, piece: Evidence) -> str:
    return reverse(f"assessments:{name}", args=[piece.pk])


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_comes_as_an_attachment_that_no_browser_runs(client, cast, rating) -> None:
    response = client.get(url("evidence_download", add(cast, rating)))
    assert response.status_code == 200
    assert body(response) == PDF
    assert response.headers["Content-Disposition"] == 'attachment; filename="Register.pdf"'
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
    policy = [part.strip() for part in response.headers["Content-Security-Policy"].split(";")]
    assert policy == ["default-src 'none'", "sandbox"]


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename=evil.html; x=".pdf',
        "a\r\nSet-Cookie: x=1\r\n.pdf",
        "Übersicht – Kinder ☃.pdf",
        "../../etc/passwd.pdf",
        "a%0d%0ab.pdf",
        "a\u202efdp.pdf",
        "\\\\host\\share\\a.pdf",
    ],
)
def test_no_file_name_breaks_the_header(client, cast, rating, name: str) -> None:
    piece = add(cast, rating, name=name)
    response = client.get(url("evidence_download", piece))
    body(response)
    header = response.headers["Content-Disposition"]
    read = Message()
    read["Content-Disposition"] = header
    assert read.get_content_disposition() == "attachment"
    assert [key for key, _ in read.get_params(header="Content-Disposition")[1:]] == ["filename"]
    assert read.get_filename() == piece.original_name
    assert not set(piece.original_name) & set('"/\\\r\n\u202e')
    assert "Set-Cookie" not in response.headers


def test_a_withdrawn_file_leads_to_the_page_that_says_so(client, cast, rating) -> None:
    piece = add(cast, rating)
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    response = client.get(url("evidence_download", piece), follow=True)
    assert response.redirect_chain == [(url("evidence", piece), 302)]
    assert "It named somebody." in page(response).text
    assert page(response).all("a", href=piece.download_url) == []


@pytest.mark.parametrize("kind", ["note", "link"])
def test_a_note_or_a_link_has_no_file_to_download(client, cast, rating, kind: str) -> None:
    piece = (
        note(cast.enrolment, cast.lead, rating)
        if kind == "note"
        else service.add_link(
            actor=cast.lead, enrolment=cast.enrolment, url="https://example.org/", title=""
        )
    )
    response = client.get(url("evidence_download", piece))
    assert (response.status_code, response.url) == (302, url("evidence", piece))


def test_a_damaged_file_is_not_sent(client, cast, rating) -> None:
    piece = add(cast, rating)
    path = Path(default_storage.path(piece.file.name))
    path.write_bytes(b"<script>alert(1)</script>")
    response = client.get(url("evidence_download", piece), follow=True)
    assert response.redirect_chain == [(url("evidence", piece), 302)]
    assert "This file is damaged in our store" in page(response).text


def test_another_organisations_evidence_does_not_exist(sign_in, cast, rating) -> None:
    piece = add(cast, rating, name="Secret plan.pdf")
    for person in (cast.outsider, cast.stranger, cast.funder, cast.coach_a, cast.other_hub):
        browser = sign_in(person)
        for name in ("evidence", "evidence_download", "evidence_withdraw"):
            for method in (browser.get, browser.post):
                response = method(url(name, piece))
                assert response.status_code in (404, 405)
                assert b"Secret plan" not in response.content
    assert not Evidence.objects.get().is_withdrawn


def test_those_who_run_the_cohort_get_the_file_once_it_is_handed_in(sign_in, cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = add(cast, assessment.ratings.select_related("assessment").first())
    hub = sign_in(cast.hub)
    assert hub.get(url("evidence_download", piece)).status_code == 404
    submitted(cast.enrolment, cast.lead)
    response = hub.get(url("evidence_download", piece))
    assert body(response) == PDF
    assert hub.post(url("evidence", piece), {"title": "Ours now"}).status_code == 403


def test_access_is_checked_afresh_for_every_download(client, cast, rating) -> None:
    piece = add(cast, rating)
    assert body(client.get(url("evidence_download", piece))) == PDF
    cast.lead.memberships.all().delete()
    assert client.get(url("evidence_download", piece)).status_code == 404


def test_a_piece_is_renamed_described_and_used_where_it_is_ticked(client, cast, rating) -> None:
    piece = note(cast.enrolment, cast.lead, rating)
    form = page(client.get(url("evidence", piece)))
    ticked = form.all("input", type="checkbox", name="criteria", checked=True)
    assert [box["value"] for box in ticked] == ["monitor.3"]
    change = {
        "title": "Board minutes",
        "description": "May.",
        "criteria": ["design.1", "benefit.2"],
        "read": form.one("input", name="read")["value"],
    }
    response = client.post(url("evidence", piece), change, follow=True)
    assert response.redirect_chain == [(url("evidence", piece), 302)]
    piece.refresh_from_db()
    assert (piece.title, piece.description) == ("Board minutes", "May.")
    codes = piece.uses.values_list("rating__criterion__code", flat=True)
    assert sorted(codes) == ["benefit.2", "design.1"]


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": "x" * 151}, {"title": "T", "criteria": ["nowhere.1"]}]
)
def test_a_mistake_in_the_description_changes_nothing(client, cast, rating, wrong: dict) -> None:
    piece = note(cast.enrolment, cast.lead, rating)
    response = client.post(url("evidence", piece), {"description": "Typed with care."} | wrong)
    assert response.status_code == 422
    shown = page(response)
    assert shown.one(role="alert").text.startswith("There is a problem")
    assert "Typed with care." in shown.one("textarea", name="description").text
    piece.refresh_from_db()
    assert (piece.title, piece.description, piece.uses.count()) == ("Minutes of May.", "", 1)


def test_withdrawing_asks_first_and_wants_a_reason(client, cast, rating) -> None:
    piece = note(cast.enrolment, cast.lead, rating)
    asked = page(client.get(url("evidence_withdraw", piece)))
    assert "We cannot bring it back." in asked.text
    assert client.post(url("evidence_withdraw", piece), {"reason": " "}).status_code == 422
    assert not Evidence.objects.get().is_withdrawn
    done = client.post(url("evidence_withdraw", piece), {"reason": "It named somebody."})
    assert done.url == reverse("assessments:library", args=[cast.enrolment.pk])
    kept = Evidence.objects.get()
    assert (kept.withdrawn_by, kept.note) == (cast.lead, "")
    again = client.post(url("evidence_withdraw", piece), {"reason": "Again."})
    assert again.url == url("evidence", piece)
    assert Evidence.objects.get().withdrawn_reason == "It named somebody."


def test_people_withdraw_what_they_uploaded_and_nothing_else(sign_in, cast, rating) -> None:
    own, other = note(cast.enrolment, cast.member, rating), note(cast.enrolment, cast.lead, rating)
    member = sign_in(cast.member)
    assert "Withdraw it for good" in member.get(url("evidence", own)).content.decode()
    assert "Withdraw it for good" not in member.get(url("evidence", other)).content.decode()
    assert member.post(url("evidence_withdraw", other), {"reason": "Mine."}).status_code == 403
    assert member.post(url("evidence_withdraw", own), {"reason": "Mine."}).status_code == 302
    own.refresh_from_db()
    assert own.withdrawn_by == cast.member


def test_a_former_uploader_withdraws_nothing(sign_in, cast, rating) -> None:
    own = note(cast.enrolment, cast.member, rating)
    cast.member.memberships.update(role="sponsor")
    response = sign_in(cast.member).post(url("evidence_withdraw", own), {"reason": "Mine."})
    assert response.status_code == 403


def test_a_withdrawn_piece_takes_no_new_name(client, cast, rating) -> None:
    piece = note(cast.enrolment, cast.lead, rating)
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    client.post(url("evidence", piece), {"title": "Sam Smith's file"})
    assert Evidence.objects.get().title == "Withdrawn note"
    shown = page(client.get(url("evidence", piece)))
    assert shown.all("input", name="title") == []
