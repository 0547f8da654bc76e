"""Releasing, reopening, and what organisations ask about a release."""

from accelerator.models import OutgoingMail
from calibration.models import Calibration, Release, ReleaseQuestion
from calibration.releasing.services import exchange
from calibration.reviewing.services import requests
from tests.factories.calibration import agreed, both_in, released
from tests.markup import page

State = Calibration.State


def release_page(cast, hub, at, **levels):
    calibration = agreed(cast, **levels)
    return calibration, at("release", calibration.pk)


def test_release_says_what_will_be_seen_and_happens_once(cast, hub, at) -> None:
    calibration, address = release_page(cast, hub, at, first=lambda position: position % 3 + 1)
    text = page(hub.get(address)).text
    assert "10 stay as they rated them, 10 come down and 10 go up" in text
    first = hub.post(address, {"message": "We meet in May."})
    assert first.url == at("result", calibration.pk)
    assert hub.post(address, {"message": "Again."}).url == first.url
    assert hub.get(address).url == first.url
    release = Release.objects.get()
    assert (release.message, release.version) == ("We meet in May.", 1)
    mails = OutgoingMail.objects.filter(subject="Your calibrated framework is ready")
    assert {mail.to for mail in mails} == {cast.lead.email, cast.sponsor.email}


def test_release_warns_of_missing_words(cast, hub, at) -> None:
    calibration, address = release_page(cast, hub, at)
    assert "look at these again" not in page(hub.get(address)).text
    decision = calibration.decisions.first()
    decision.commentary = decision.lift = " "
    decision.save()
    text = page(hub.get(address)).text
    assert "No commentary:" in text
    assert "Nothing on what would lift it" in text


def test_a_stale_decision_stops_the_release(cast, hub, at) -> None:
    calibration, address = release_page(cast, hub, at)
    criterion = calibration.assessment.framework.criteria.get(code="monitor.3")
    # Evidence of a submitted assessment is locked; a question's answer still changes the inputs.
    request = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question="Registers?", criterion=criterion
    )
    requests.answer_request(actor=cast.lead, request=request, answer="Here they are.")
    shown = page(hub.get(address))
    assert "cannot be released yet" in shown.text
    assert at("desk_criterion", calibration.pk, "monitor.3") in {
        link["href"] for link in shown.all("a", href=True)
    }
    response = hub.post(address, {"message": "Kept words"})
    assert response.status_code == 422
    assert "Kept words" in page(response).text
    assert not Release.objects.exists()


def test_release_waits_until_everything_is_decided(cast, hub, sign_in, at) -> None:
    calibration = both_in(cast)
    address = at("release", calibration.pk)
    for response in (hub.get(address), hub.post(address)):
        assert response.url == at("cohort")
    assert not Release.objects.exists()
    for person, status in (
        (cast.moderator, 403),
        (cast.coach_a, 403),
        (cast.lead, 404),
        (cast.other_hub, 404),
    ):
        assert sign_in(person).get(address).status_code == status
        assert sign_in(person).post(address).status_code == status


def test_reopening_needs_a_reason_and_keeps_the_old_version(cast, hub, at) -> None:
    calibration = released(cast)
    address = at("reopen", calibration.pk)
    assert "Version 1 stays readable" in page(hub.get(address)).text
    response = hub.post(address, {"reason": " "})
    assert response.status_code == 422
    assert "Say why it is reopened." in page(response).text
    assert hub.post(address, {"reason": "New registers."}).url == at("cohort")
    calibration.refresh_from_db()
    assert (calibration.version, calibration.state) == (2, State.MODERATING)
    assert Release.objects.get().stands
    assert hub.get(address).url == at("cohort")
    assert hub.post(address, {"reason": "Again"}).url == at("cohort")
    calibration.refresh_from_db()
    assert calibration.version == 2


def ask(cast, words: str) -> ReleaseQuestion:
    release = Release.objects.get()
    return exchange.ask_about_release(actor=cast.lead, release=release, question=words)


def test_questions_open_first_and_answered_once(cast, hub, sign_in, at, mailbox) -> None:
    released(cast)
    assert "Nobody has asked" in page(hub.get(at("questions"))).text
    early, late = ask(cast, "When do we meet?"), ask(cast, "Who reads this?")
    address = at("answer", early.pk)
    response = hub.post(address, {"answer": ""})
    assert response.status_code == 422
    assert "Write an answer." in page(response).text
    assert hub.post(address, {"answer": "In May."}).url == at("questions")
    assert "In May." in page(hub.get(address)).text
    response = hub.post(address, {"answer": "In June."})
    assert response.status_code == 409
    for words in ("In May.", "In June."):
        assert words in page(response).text
    assert "answered already" in page(response).text
    assert "In June." in page(response).text
    early.refresh_from_db()
    assert (early.answer, early.answered_by) == ("In May.", cast.hub)
    told = [mail for mail in mailbox() if mail.subject == "Your question is answered"]
    assert [mail.to for mail in told] == [[cast.lead.email]]
    asked = [
        one.all("p", class_="kept")[0].text
        for one in page(hub.get(at("questions"))).all("li", class_="asked")
    ]
    assert asked == [late.question, early.question]
    for query, expected in (
        ({"state": "open"}, [late.question]),
        ({"state": "answered"}, [early.question]),
        ({"words": "who reads"}, [late.question]),
        ({"words": "nowhere"}, []),
    ):
        rows = page(hub.get(at("questions"), query)).all("li", class_="asked")
        assert [row.all("p", class_="kept")[0].text for row in rows] == expected
    for person, status in ((cast.lead, 403), (cast.moderator, 403), (cast.other_hub, 404)):
        assert sign_in(person).get(address).status_code == status
    assert "(1)" in page(hub.get(at("cohort"))).one("nav", class_="tabs").text
