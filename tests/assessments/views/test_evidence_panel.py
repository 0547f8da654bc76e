"""Evidence beside a criterion: add, attach, describe, detach; with and without JavaScript."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.models import Evidence, EvidenceUse
from assessments.submission.services import submit_assessment
from tests.factories.assessment import note, rate_all
from tests.factories.evidence import PDF, stored
from tests.factories.files import webp_bomb, with_template
from tests.markup import page

HTMX = {"HX-Request": "true"}


def upload(name: str = "Register.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_file_is_added_without_javascript(client, at, rating) -> None:
    response = client.post(at("evidence_add"), {"files": upload()}, follow=True)
    assert response.redirect_chain == [(at("criterion"), 302)]
    shown = page(response)
    assert "Added: Register.pdf." in shown.text
    piece = Evidence.objects.get()
    assert shown.one(id="evidence-panel").one("a", href=piece.download_url).text == "Register.pdf"
    assert [use.rating for use in piece.uses.all()] == [rating]


def test_several_files_succeed_and_fail_each_by_itself(client, at, rating) -> None:
    before = stored()
    files = [upload("One.pdf"), upload("Two.pdf", b"not a PDF"), upload("Three.pdf")]
    response = client.post(at("evidence_add"), {"files": files}, headers=HTMX)
    assert response.status_code == 422
    panel = page(response).one("section", id="evidence-panel")
    results = panel.all("p", data_result=True)
    assert [result["data-result"] for result in results] == ["ok", "failed", "ok"]
    assert "“Two.pdf”" in results[1].text
    assert sorted(Evidence.objects.values_list("title", flat=True)) == ["One.pdf", "Three.pdf"]
    assert len(stored() - before) == 2
    assert rating.uses.count() == 2


def test_each_of_many_files_is_told_what_became_of_it(client, at, settings) -> None:
    settings.UPLOAD_MAX_FILES = 2
    bomb = webp_bomb()
    files = [upload("Good.pdf"), *(upload(f"{n}.webp", bomb) for n in range(44))]
    shown = page(client.post(at("evidence_add"), {"files": files}, headers=HTMX))
    said = [result.text for result in shown.all("p", data_result=True)]
    assert len(said) == 45
    assert said[0].endswith("Added")
    assert "million pixels" in said[1]
    assert all("send it again" in words for words in said[2:])
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_left_out_of_a_file_is_said(client, at, headers: dict) -> None:
    letter = upload("Letter.docx", with_template("C:\\Letter.dotx"))
    response = client.post(at("evidence_add"), {"files": letter}, headers=headers, follow=True)
    assert "without the link to the template" in page(response).text
    assert "template" in Evidence.objects.get().description


def test_a_fragment_is_a_fragment_and_a_page_is_a_page(client, at) -> None:
    fragment = client.post(at("evidence_add"), {"files": upload()}, headers=HTMX)
    assert fragment.status_code == 200
    assert b"<html" not in fragment.content
    whole = client.post(at("evidence_add"), {"files": upload("a.exe")})
    assert whole.status_code == 422
    assert page(whole).one("h1").text == "Add evidence"
    assert page(client.get(at("evidence_add"))).one(
        "input", type="file", name="files", multiple=True
    )


def test_no_file_chosen_says_so(client, at) -> None:
    response = client.post(at("evidence_add"), {"kind": "file"})
    assert response.status_code == 422
    assert "Choose at least one file first." in page(response).text


def test_a_full_library_says_how_much_room_there_is(client, at, settings) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 10
    response = client.post(at("evidence_add"), {"files": upload()})
    assert response.status_code == 422
    assert "There is no room for “Register.pdf”: you have 10 bytes left." in page(response).text
    assert not Evidence.objects.exists()


def test_a_link_and_a_note_are_added(client, at, rating) -> None:
    link = {"kind": "link", "link_url": "https://example.org/report", "link_title": "Our report"}
    assert client.post(at("evidence_add"), link).status_code == 302
    words = {"kind": "note", "note_title": "", "note_text": "Ask  Sam for\nthe folder."}
    assert client.post(at("evidence_add"), words).status_code == 302
    kept = {use.evidence.kind: use.evidence for use in rating.uses.select_related("evidence")}
    assert (kept["link"].url, kept["link"].title) == ("https://example.org/report", "Our report")
    assert kept["note"].title == "Ask Sam for the folder."
    panel = page(client.get(at("criterion"))).one(id="evidence-panel")
    assert panel.one("a", href="https://example.org/report")["rel"] == "noopener noreferrer"
    assert "Ask Sam for the folder." in panel.text


@pytest.mark.parametrize(
    "address", ["", "not an address", "javascript:alert(1)", "data:text/html,x", "file:///etc"]
)
def test_an_address_that_is_none_is_refused_and_stays_typed(client, at, address: str) -> None:
    link = {"kind": "link", "link_url": address, "link_title": "Our report"}
    response = client.post(at("evidence_add"), link)
    assert response.status_code == 422
    shown = page(response)
    assert shown.one("input", name="link_url").attributes.get("value", "") == address
    assert shown.one("input", name="link_title")["value"] == "Our report"
    assert shown.all("a", href=address) == []
    assert not Evidence.objects.exists()


def test_an_empty_note_is_refused_and_its_title_stays_typed(client, at) -> None:
    response = client.post(at("evidence_add"), {"kind": "note", "note_title": "Meeting"})
    assert response.status_code == 422
    assert page(response).one("input", name="note_title")["value"] == "Meeting"
    assert not Evidence.objects.exists()


def test_a_hostile_title_is_text_everywhere(client, at, rating, cast, assessment) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    piece = note(cast.enrolment, cast.lead, rating, text=hostile)
    Evidence.objects.filter(pk=piece.pk).update(title=hostile, description=hostile)
    for address in (
        at("criterion"),
        at("evidence_attach", "monitor.4"),
        reverse("assessments:library", args=[cast.enrolment.pk]),
        reverse("assessments:evidence", args=[piece.pk]),
        reverse("assessments:evidence_withdraw", args=[piece.pk]),
        reverse("assessments:use_edit", args=[piece.uses.get().pk]),
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert "alert(1)" in page(response).text, address
        assert b"<script>alert" not in response.content, address
        assert b"<img src=x" not in response.content, address


def test_pieces_are_attached_from_the_library(client, at, rating, cast) -> None:
    pieces = [note(cast.enrolment, cast.lead, text=f"Minutes {n}") for n in range(3)]
    gone = note(cast.enrolment, cast.lead, text="Withdrawn by hand")
    Evidence.objects.filter(pk=gone.pk).update(note="", withdrawn_at=gone.added_at)
    offered = page(client.get(at("evidence_attach"))).all("input", type="checkbox", name="evidence")
    assert {box["value"] for box in offered} == {str(piece.pk) for piece in pieces}
    chosen = [str(piece.pk) for piece in pieces[:2]]
    response = client.post(at("evidence_attach"), {"evidence": chosen}, follow=True)
    assert response.redirect_chain == [(at("criterion"), 302)]
    assert {str(use.evidence_id) for use in rating.uses.all()} == set(chosen)
    left = page(client.get(at("evidence_attach"))).all("input", type="checkbox", name="evidence")
    assert [box["value"] for box in left] == [str(pieces[2].pk)]


def test_attaching_nothing_asks_again(client, at, cast) -> None:
    note(cast.enrolment, cast.lead)
    response = client.post(at("evidence_attach"), {}, follow=True)
    assert response.redirect_chain == [(at("evidence_attach"), 302)]
    assert "Tick at least one piece of evidence first." in page(response).text


def test_another_organisations_evidence_is_neither_offered_nor_taken(
    client, at, rating, cast
) -> None:
    foreign = note(cast.other, cast.outsider, text="Their secret plan")
    assert b"Their secret plan" not in client.get(at("evidence_attach")).content
    client.post(at("evidence_attach"), {"evidence": [str(foreign.pk), "not-a-uuid"]})
    assert not EvidenceUse.objects.exists()


def test_a_use_says_which_part_matters(client, at, rating, cast) -> None:
    use = note(cast.enrolment, cast.lead, rating).uses.get()
    address = reverse("assessments:use_edit", args=[use.pk])
    read = page(client.get(address)).one("input", name="read")["value"]
    assert page(client.get(address)).one("input", name="part")
    typed = {"part": "Item 4", "practice": "used", "read": read}
    response = client.post(address, typed, follow=True)
    assert response.redirect_chain == [(at("criterion"), 302)]
    assert "Item 4 · shows it is used" in page(response).one(id="evidence-panel").text
    wrong = client.post(address, {"part": "x" * 301, "practice": "used"})
    assert wrong.status_code == 422
    assert page(wrong).one("input", name="part")["value"] == "x" * 301


def test_a_piece_is_detached_and_stays_in_the_library(client, at, rating, cast) -> None:
    use = note(cast.enrolment, cast.lead, rating).uses.get()
    address = reverse("assessments:use_detach", args=[use.pk])
    assert client.get(address).status_code == 405
    response = client.post(address, follow=True)
    assert "It is still in your library." in page(response).text
    assert rating.uses.count() == 0
    assert Evidence.objects.count() == 1
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("how", ["submitted", "withdrawn"])
def test_nothing_can_be_added_or_changed_once_the_assessment_is_closed(
    client, at, rating, assessment, cast, how: str
) -> None:
    use = note(cast.enrolment, cast.lead, rating, text="Minutes of May").uses.get()
    spare = note(cast.enrolment, cast.lead, text="Spare")
    if how == "submitted":
        rate_all(assessment, cast.lead)
        submit_assessment(actor=cast.lead, assessment=assessment)
    else:
        cast.enrolment.state, cast.enrolment.withdrawn_on = "withdrawn", "2026-12-01"
        cast.enrolment.save()
    before = list(EvidenceUse.objects.values_list())
    assert client.post(at("evidence_add"), {"files": upload()}).status_code == 409
    words = {"kind": "note", "note_text": "Late."}
    assert client.post(at("evidence_add"), words, headers=HTMX).status_code == 409
    client.post(at("evidence_attach"), {"evidence": [str(spare.pk)]})
    address = reverse("assessments:use_edit", args=[use.pk])
    read = page(client.get(address)).one("input", name="read")["value"]
    edit = client.post(address, {"part": "Late", "read": read})
    assert edit.status_code == 409
    assert "cannot change" in page(edit).text
    assert page(edit).one("input", name="part")["value"] == "Late"
    client.post(reverse("assessments:use_detach", args=[use.pk]))
    assert list(EvidenceUse.objects.values_list()) == before
    assert Evidence.objects.count() == 2
    panel = page(client.get(at("criterion"))).one(id="evidence-panel")
    assert "Minutes of May" in panel.text
    assert panel.all("form") == []
