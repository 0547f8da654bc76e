"""The coaches' questions to the organisation, and its answers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import AuditEvent, Role
from assessments.models import Evidence
from calibration.models import Calibration, EvidenceRequest
from calibration.releasing.services import releasing
from calibration.reviewing.services import requests
from calibration.rules.problems import StepRefused
from tests.factories.assessment import note
from tests.factories.calibration import agreed, assigned, scored
from tests.factories.evidence import PDF
from tests.factories.programme import MembershipFactory
from tests.markup import page

ASKED = "Could we see one register?"


@pytest.fixture
def calibration(cast) -> Calibration:
    return assigned(cast)


@pytest.fixture
def asked(cast, calibration) -> EvidenceRequest:
    criterion = calibration.assessment.framework.criteria.get(code="monitor.3")
    return requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question=ASKED, criterion=criterion
    )


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.lead)


def list_of(calibration: Calibration) -> str:
    return reverse("calibration:requests", args=[calibration.assessment_id])


def answer_to(asked: EvidenceRequest) -> str:
    return reverse("calibration:request_answer", args=[asked.pk])


def upload(name: str = "Register.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_the_organisation_reads_the_question_and_not_who_asked(cast, sign_in, asked) -> None:
    for name in ("lead", "member", "sponsor", "hub", "moderator"):
        shown = page(sign_in(getattr(cast, name)).get(list_of(asked.calibration)))
        assert ASKED in shown.text, name
        for coach in (cast.coach_a, cast.coach_b):
            assert coach.name not in shown.one("main").text
            assert coach.email not in shown.one("main").text
        assert bool(shown.all("a", href=answer_to(asked))) == (name == "lead")
    for name in ("coach_a", "coach_b", "funder", "outsider", "other_hub", "stranger"):
        client = sign_in(getattr(cast, name))
        assert client.get(list_of(asked.calibration)).status_code == 404, name


def test_only_the_lead_answers(cast, sign_in, asked) -> None:
    for name in ("member", "sponsor", "hub", "moderator", "coach_a", "coach_b"):
        assert sign_in(getattr(cast, name)).get(answer_to(asked)).status_code == 403, name
        assert sign_in(getattr(cast, name)).post(answer_to(asked)).status_code == 403, name
    for name in ("funder", "outsider", "other_hub", "stranger"):
        assert sign_in(getattr(cast, name)).post(answer_to(asked)).status_code == 404, name


def test_nothing_else_of_the_calibration_is_on_the_page(cast, client, asked) -> None:
    bare = page(client.get(list_of(asked.calibration))).one("main").text
    for row in asked.calibration.reviews.get(coach=cast.coach_a).ratings.all():
        type(row).objects.filter(pk=row.pk).update(level=0, commentary="Canaryword")
    Calibration.objects.filter(pk=asked.calibration_id).update(state="scoring")
    response = client.get(list_of(asked.calibration))
    assert page(response).one("main").text == bare
    assert b"Canaryword" not in response.content


def test_an_answer_is_looked_at_once_more_before_it_goes(cast, client, asked, mailbox) -> None:
    library = note(cast.enrolment, cast.lead, text="Minutes of May.")
    before = len(mailbox())
    first = client.post(
        answer_to(asked),
        {"step": "check", "answer": "Here it is.", "uploads": upload(), "evidence": library.pk},
    )
    assert first.status_code == 200
    shown = page(first)
    assert "It cannot be changed once it is sent." in shown.text
    assert "Here it is." in shown.text
    asked.refresh_from_db()
    assert asked.answered_at is None
    taken = Evidence.objects.get(kind="file")
    assert not taken.uses.exists()
    form = shown.all("form")[-1]
    ids = [field["value"] for field in form.all("input", name="evidence")]
    assert set(ids) == {str(library.pk), str(taken.pk)}
    sent = {"step": "send", "answer": form.one("input", name="answer")["value"], "evidence": ids}
    response = client.post(answer_to(asked), sent, follow=True)
    assert response.redirect_chain == [(list_of(asked.calibration), 302)]
    assert "Your answer has gone to both coaches." in page(response).text
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("Here it is.", cast.lead)
    assert set(asked.evidence.all()) == {library, taken}
    told = mailbox()[before:]
    assert sorted(mail.to[0] for mail in told) == sorted([cast.coach_a.email, cast.coach_b.email])


def test_an_answer_goes_once(cast, client, asked, mailbox) -> None:
    sent = {"step": "send", "answer": "First."}
    client.post(answer_to(asked), sent)
    mails = len(mailbox())
    for response in (
        client.post(answer_to(asked), sent | {"answer": "Second."}, follow=True),
        client.get(answer_to(asked), follow=True),
    ):
        assert "This question is answered already." in page(response).text
    asked.refresh_from_db()
    assert asked.answer == "First."
    assert len(mailbox()) == mails
    assert AuditEvent.objects.filter(action="evidence.answered").count() == 1


@pytest.mark.parametrize("step", ["send", "check"])
def test_two_people_answer_one_question(cast, client, sign_in, asked, step) -> None:
    deputy = MembershipFactory(role=Role.LEAD, organisation=cast.enrolment.organisation).user
    sign_in(deputy).post(answer_to(asked), {"step": "send", "answer": "By the deputy."})
    response = client.post(answer_to(asked), {"step": step, "answer": "By the lead."})
    assert response.status_code == 409
    for words in ("By the lead.", "By the deputy.", deputy.name, asked.question):
        assert words in page(response).text
    asked.refresh_from_db()
    assert asked.answer == "By the deputy."


def test_ones_own_answer_sent_twice_has_arrived(client, asked) -> None:
    for _ in range(2):
        sent = client.post(answer_to(asked), {"step": "send", "answer": "Once."}, follow=True)
        assert "Your answer has gone to both coaches." in page(sent).text


def test_a_release_closes_a_question_that_nobody_answered(cast, client) -> None:
    calibration = agreed(cast)
    asked = requests.ask_for_evidence(actor=cast.coach_a, calibration=calibration, question=ASKED)
    assert page(client.get(list_of(calibration))).all("a", href=answer_to(asked))
    releasing.release(actor=cast.hub, calibration=calibration, unanswered=[asked.pk])
    shown = page(client.get(list_of(calibration)))
    assert "Closed without an answer" in shown.text
    assert not shown.all("a", href=answer_to(asked))
    response = client.post(answer_to(asked), {"step": "send", "answer": "Late."}, follow=True)
    assert "this question is closed" in page(response).text
    with pytest.raises(StepRefused, match="closed"):
        requests.answer_request(actor=cast.lead, request=asked, answer="Late.")
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_the_same_question_sent_twice_is_asked_once(cast, sign_in, calibration, mailbox) -> None:
    client = sign_in(cast.coach_a)
    address = reverse("calibration:ask", args=[calibration.reviews.get(coach=cast.coach_a).pk])
    for _ in range(2):
        client.post(address, {"question": ASKED, "criterion": ""})
    assert EvidenceRequest.objects.get().question == ASKED
    assert AuditEvent.objects.filter(action="evidence.requested").count() == 1


def test_changing_one_s_mind_keeps_what_was_typed_and_ticked(cast, client, asked) -> None:
    library = note(cast.enrolment, cast.lead)
    changing = {"step": "change", "answer": "Half a thought", "evidence": library.pk}
    shown = page(client.post(answer_to(asked), changing))
    assert shown.one("textarea", name="answer").text == "Half a thought"
    (box,) = shown.all("input", name="evidence", checked=True)
    assert box["value"] == str(library.pk)
    assert not shown.all(class_="error-summary")


def test_a_refused_file_is_said_beside_the_field_and_nothing_is_lost(client, asked) -> None:
    response = client.post(
        answer_to(asked),
        {"answer": "See both.", "uploads": [upload("Good.pdf"), upload("Bad.pdf", b"MZ no")]},
    )
    assert response.status_code == 422
    shown = page(response)
    assert "“Bad.pdf”" in shown.one(id="id_uploads_error").text
    assert shown.one(class_="error-summary").all("a", href="#id_uploads")
    assert shown.one("textarea", name="answer").text == "See both."
    kept = Evidence.objects.get()
    (box,) = shown.all("input", name="evidence", checked=True)
    assert box["value"] == str(kept.pk)
    assert "“Good.pdf” is in your library now and ticked below." in shown.text


def test_an_empty_answer_is_refused_and_its_file_is_not_lost(client, asked) -> None:
    response = client.post(answer_to(asked), {"answer": " ", "uploads": upload()})
    assert response.status_code == 422
    shown = page(response)
    assert "Write an answer, even if it is short." in shown.one(id="id_answer_error").text
    assert len(shown.all("input", name="evidence", checked=True)) == 1
    assert client.post(answer_to(asked)).status_code == 422


def test_a_piece_of_another_enrolment_or_a_withdrawn_one_is_refused(cast, client, asked) -> None:
    foreign = note(cast.other, cast.outsider)
    gone = note(cast.enrolment, cast.lead)
    Evidence.objects.filter(pk=gone.pk).update(note="", withdrawn_at=gone.added_at)
    for piece, words in (
        (foreign.pk, "One of these pieces is no longer in your library."),
        (gone.pk, "One of these pieces is no longer in your library."),
        ("not-an-id", "is not a valid UUID"),
    ):
        response = client.post(
            answer_to(asked), {"step": "send", "answer": "Mine", "evidence": piece}
        )
        assert response.status_code == 422
        assert words in page(response).one(id="id_evidence_error").text
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_both_coaches_and_the_cohort_reach_the_answer_s_pieces(cast, sign_in, asked) -> None:
    piece = note(cast.enrolment, cast.lead)
    to = reverse("assessments:evidence_view", args=[piece.pk])
    readers = ("coach_a", "coach_b", "hub", "moderator")
    for name in readers:
        assert sign_in(getattr(cast, name)).get(to).status_code == 404, name
    requests.answer_request(actor=cast.lead, request=asked, answer="Here.", evidence=[piece])
    for name in readers:
        assert sign_in(getattr(cast, name)).get(to).status_code == 200, name
    for name in ("funder", "outsider", "other_hub", "stranger"):
        assert sign_in(getattr(cast, name)).get(to).status_code == 404, name


def test_without_questions_the_page_says_so(cast, client) -> None:
    calibration = scored(cast)
    assert "No questions" in page(client.get(list_of(calibration))).text


def test_the_list_costs_the_same_at_one_and_at_three(cast, client, calibration) -> None:
    def more() -> None:
        row = requests.ask_for_evidence(
            actor=cast.coach_b,
            calibration=calibration,
            question=ASKED,
            criterion=calibration.assessment.framework.criteria.last(),
        )
        piece = note(cast.enrolment, cast.lead)
        requests.answer_request(actor=cast.lead, request=row, answer="Yes.", evidence=[piece])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(list_of(calibration))
        assert page(response).text.count(ASKED) == calibration.requests.count()
        return len(queries)

    more()
    client.get(list_of(calibration))
    at_one = cost()
    more()
    more()
    assert cost() == at_one
