"""What an organisation does with its release: asks about it, adds late evidence, moves nothing."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accelerator.models import AuditEvent
from calibration.models import LateEvidence, ReleaseQuestion
from calibration.releasing.services import exchange
from tests.factories.assessment import note
from tests.factories.evidence import PDF
from tests.factories.organisation import varied
from tests.markup import page


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.lead)


def upload(name: str = "Register.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def release(cast):
    return varied(cast)


def ask_at(release) -> str:
    return reverse("calibration:release_ask", args=[release.calibration_id])


def late_at(release) -> str:
    return reverse("calibration:late_evidence", args=[release.calibration_id])


def test_a_question_about_the_release_reaches_the_hub_and_comes_back(
    cast, client, sign_in, release, mailbox
) -> None:
    before = len(mailbox())
    words = {"criterion": "monitor.3", "question": "Why is this little?"}
    response = client.post(ask_at(release), words, follow=True)
    assert response.redirect_chain == [(ask_at(release), 302)]
    question = ReleaseQuestion.objects.get()
    assert (question.criterion.code, question.asked_by) == ("monitor.3", cast.lead)
    assert [mail.to for mail in mailbox()[before:]] == [[cast.hub.email]]
    assert "has not answered yet" in page(response).text
    exchange.answer_about_release(actor=cast.hub, question=question, answer="Because of May.")
    result = reverse("calibration:result", args=[release.calibration_id])
    for name in ("lead", "member", "hub"):
        shown = page(sign_in(getattr(cast, name)).get(result)).text
        assert "Why is this little?" in shown, name
        assert "Because of May." in shown, name
    for name in ("coach_a", "coach_b"):
        assert "Why is this little?" not in page(sign_in(getattr(cast, name)).get(result)).text


def test_a_question_needs_words_and_a_criterion_that_exists(client, release) -> None:
    typed = {"criterion": "no.such", "question": "What?"}
    response = client.post(ask_at(release), typed)
    assert response.status_code == 422
    assert page(response).one("textarea", name="question").text == "What?"
    response = client.post(ask_at(release), {"criterion": "monitor.3", "question": ""})
    assert response.status_code == 422
    assert page(response).one("option", selected=True)["value"] == "monitor.3"
    assert not ReleaseQuestion.objects.exists()
    client.post(ask_at(release), {"question": "In general?"})
    assert ReleaseQuestion.objects.get().criterion is None


def test_late_evidence_of_every_kind_moves_nothing(cast, client, sign_in, release) -> None:
    library = note(cast.enrolment, cast.lead)
    snapshot, state = dict(release.snapshot), release.calibration.state
    given = {
        "criterion": "design.2",
        "uploads": [upload("One.pdf"), upload("Two.pdf")],
        "evidence": library.pk,
        "link_url": "https://example.org/report",
        "link_title": "Report",
        "note_text": "Ask Sam.",
    }
    response = client.post(late_at(release), given, follow=True)
    assert response.redirect_chain == [(late_at(release), 302)]
    added = LateEvidence.objects.filter(release=release)
    assert {(one.evidence.kind, one.criterion.code) for one in added} == {
        ("file", "design.2"),
        ("link", "design.2"),
        ("note", "design.2"),
    }
    assert added.count() == 5
    assert all(not one.evidence.uses.exists() for one in added)
    release.refresh_from_db()
    release.calibration.refresh_from_db()
    assert (release.snapshot, release.calibration.state) == (snapshot, state)
    result = reverse("calibration:result", args=[release.calibration_id])
    to = reverse(
        "assessments:evidence_download", args=[added.get(evidence__title="One.pdf").evidence_id]
    )
    for name in ("lead", "coach_a", "coach_b", "hub", "moderator"):
        reader = sign_in(getattr(cast, name))
        assert page(reader.get(result)).all("a", href=to), name
        assert reader.get(to).getvalue() == PDF, name
    for name in ("outsider", "other_hub", "funder"):
        assert sign_in(getattr(cast, name)).get(to).status_code == 404, name


def test_the_same_late_piece_is_kept_once(cast, client, release) -> None:
    library = note(cast.enrolment, cast.lead)
    given = {"criterion": "design.2", "evidence": library.pk}
    client.post(late_at(release), given)
    client.post(late_at(release), given)
    assert LateEvidence.objects.count() == 1
    assert AuditEvent.objects.filter(action="release.late_evidence").count() == 1


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({}, "criterion", "Choose the criterion it belongs to."),
        ({"criterion": "design.2"}, None, "Add at least one file, link, note or piece"),
        (
            {"criterion": "design.2", "link_url": "javascript:alert(1)"},
            "link_url",
            "Enter a full web address",
        ),
        (
            {"criterion": "design.2", "link_title": "Report"},
            "link_url",
            "Enter the web address as well.",
        ),
        ({"criterion": "design.2", "note_title": "Sam"}, "note_text", "Write the note as well."),
    ],
)
def test_what_is_missing_is_said_beside_the_field(client, release, given, field, words) -> None:
    response = client.post(late_at(release), given)
    assert response.status_code == 422
    shown = page(response)
    place = shown.one(id=f"id_{field}_error") if field else shown.one(id="form-errors")
    assert words in place.text
    assert words in shown.one(class_="error-summary").text
    for name, value in given.items():
        kept = (
            shown.one(name="criterion").one("option", selected=True)
            if (name == "criterion")
            else shown.one("input", name=name)
        )
        assert kept["value"] == value
    assert not LateEvidence.objects.exists()


def test_a_refused_late_file_leaves_the_others_ticked(client, release) -> None:
    files = [upload("Good.pdf"), upload("Bad.pdf", b"MZ no")]
    response = client.post(late_at(release), {"criterion": "design.2", "uploads": files})
    assert response.status_code == 422
    shown = page(response)
    assert "“Bad.pdf”" in shown.one(id="id_uploads_error").text
    (box,) = shown.all("input", name="evidence", checked=True)
    assert not LateEvidence.objects.exists()
    client.post(late_at(release), {"criterion": "design.2", "evidence": box["value"]})
    assert LateEvidence.objects.get().evidence.title == "Good.pdf"


def test_too_many_questions_are_said_beside_the_field_and_the_words_stay(
    client, release, settings
) -> None:
    cache.clear()
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"questions": (1, 3600)}
    client.post(ask_at(release), {"criterion": "", "question": "Why is this little?"})
    response = client.post(ask_at(release), {"criterion": "", "question": "And this?"})
    assert response.status_code == 422
    shown = page(response)
    assert "try again in about" in shown.one(id="id_question_error").text
    assert shown.one("textarea", name="question").text == "And this?"
