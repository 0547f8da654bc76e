"""A criterion's page: rating by the Save button and by autosave, errors, and the lock."""

import pytest
from django.urls import reverse

from assessments.models import Rating
from assessments.submission.services import submit_assessment
from tests.factories.assessment import rate_all
from tests.markup import page

WORDS = "We keep registers of every session."


def typed(version: int = 0, **more) -> dict:
    return {
        "level": "2",
        "justification": WORDS,
        "evidence_state": "attached",
        "practice": "used",
        "cannot_rate_reason": "",
        "version": version,
        **more,
    }


def stored(rating: Rating) -> Rating:
    return Rating.objects.get(pk=rating.pk)


def test_the_page_says_what_is_asked_and_offers_every_level(client, at) -> None:
    response = client.get(at("criterion"))
    assert response.status_code == 200
    shown = page(response)
    criterion = response.context["criterion"]
    assert shown.one("h1").text == criterion.statement
    radios = shown.all("input", type="radio", name="level")
    assert [radio["value"] for radio in radios] == ["0", "1", "2", "3", ""]
    assert [radio["value"] for radio in radios if "checked" in radio.attributes] == [""]
    for text in criterion.descriptors:
        assert text in shown.text
    names = {label["for"] for label in shown.all("label", for_=True)}
    for each in shown.all("input") + shown.all("textarea") + shown.all("select"):
        if each.attributes.get("type") != "hidden":
            assert each["id"] in names
    assert "names, faces, health and contact details" in shown.text


def test_save_keeps_everything_and_shows_it_again(client, at, rating, cast) -> None:
    response = client.post(at("criterion"), typed())
    assert (response.status_code, response.url) == (302, at("criterion"))
    kept = stored(rating)
    assert (kept.level, kept.justification, kept.evidence_state, kept.practice) == (
        2,
        WORDS,
        "attached",
        "used",
    )
    assert kept.updated_by == cast.lead
    sent = page(client.get(at("criterion"))).one("form", data_rating=True).fields()
    del sent["csrfmiddlewaretoken"], sent["stated_person"]
    assert sent == {name: str(value) for name, value in typed(1).items()}


@pytest.mark.parametrize("level", ["0", ""])
def test_the_lowest_level_and_not_rated_come_back_as_they_were(client, at, rating, level) -> None:
    client.post(at("criterion"), typed(level=level))
    assert stored(rating).level == (0 if level == "0" else None)
    assert (
        page(client.get(at("criterion"))).one("form", data_rating=True).fields()["level"] == level
    )


def test_saving_goes_on_to_the_next_criterion_and_from_the_last_to_the_check(client, at) -> None:
    response = client.post(at("criterion"), typed(action="next"))
    assert response.url == at("criterion", "monitor.4")
    response = client.post(at("criterion", "sustain.5"), typed(action="next"))
    assert response.url == at("check")


def test_the_neighbours_are_one_click_away(client, at) -> None:
    shown = page(client.get(at("criterion")))
    assert shown.one("a", rel="prev")["href"] == at("criterion", "monitor.2")
    assert shown.one("a", rel="next")["href"] == at("criterion", "monitor.4")
    first = page(client.get(at("criterion", "design.overall")))
    assert first.all("a", rel="prev") == []
    assert first.one("a", rel="next")["href"] == at("criterion", "design.1")
    last = page(client.get(at("criterion", "sustain.5")))
    assert last.all("a", rel="next") == []
    assert last.one("nav", class_="steps").all("a")[-1]["href"] == at("check")


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"cannot_rate_reason": "Not run."}, "cannot_rate_reason", "Clear one of the two."),
        ({"justification": "x" * 10_001}, "justification", "10000"),
        ({"level": "9"}, "level", "9 is not one of the available choices"),
        ({"level": "²"}, "level", "not one of the available choices"),
        ({"practice": "sometimes"}, "practice", "not one of the available choices"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(
    client, at, rating, wrong, field, sentence
) -> None:
    response = client.post(at("criterion"), typed(**wrong))
    assert response.status_code == 422
    shown = page(response)
    summary = shown.one(role="alert")
    assert sentence in summary.text
    assert summary.one("a")["href"].startswith("#id_")
    assert shown.all(id=summary.one("a")["href"][1:]), "the summary's link leads nowhere"
    beside = [e for e in shown.all() if e.attributes.get("id", "").startswith(f"id_{field}_error")]
    assert sentence in beside[0].text
    sent = shown.one("form", data_rating=True).fields()
    assert sent["justification"] == typed(**wrong)["justification"]
    assert sent["cannot_rate_reason"] == typed(**wrong)["cannot_rate_reason"]
    assert shown.one("title").text.startswith("Error:")
    # Only beside a level and a reason are the words saved; the answer never is.
    assert stored(rating).version == ("Clear one of the two." in sentence)
    assert stored(rating).level is None


def test_typed_markup_is_text(client, at, rating) -> None:
    hostile = '</textarea><script>alert("1")</script>'
    client.post(at("criterion"), typed(justification=hostile))
    response = client.get(at("criterion"))
    assert b"<script>alert" not in response.content
    form = page(response).one("form", data_rating=True)
    assert form.fields()["justification"] == hostile == stored(rating).justification


def test_after_submission_the_page_reads_and_a_late_save_keeps_the_words(
    client, at, assessment, rating, cast
) -> None:
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    shown = page(client.get(at("criterion")))
    assert shown.all("form", data_rating=True) == []
    assert "can be read but not changed" in shown.text
    late = "Typed while it was handed in."
    for version in (0, 1):
        response = client.post(at("criterion"), typed(version, justification=late))
        assert response.status_code == 409
        assert late in page(response).text
        assert "can no longer be changed" in page(response).text
    assert stored(rating).justification == "We keep registers."


def test_nothing_is_saved_for_an_organisation_that_left(client, at, rating, cast) -> None:
    cast.enrolment.state, cast.enrolment.withdrawn_on = "withdrawn", "2026-12-01"
    cast.enrolment.save()
    response = client.post(at("criterion"), typed())
    assert response.status_code == 409
    assert WORDS in page(response).text
    assert stored(rating).version == 0
    assert page(client.get(at("criterion"))).all("form", data_rating=True) == []


def test_autosave_answers_with_the_status_and_the_new_version_only(client, at, rating) -> None:
    response = client.post(at("autosave"), typed(), headers={"HX-Request": "true"})
    assert response.status_code == 200
    fragment = page(response)
    assert fragment.one("p", id="save-status", role="status").text.startswith("Saved ")
    version = fragment.one("input", name="version", hx_swap_oob="true")
    assert (version["id"], version["value"]) == ("id_version", "1")
    assert WORDS not in response.content.decode()
    assert fragment.all("textarea") == []
    assert stored(rating).justification == WORDS
    again = client.post(at("autosave"), typed(1, level="3"), headers={"HX-Request": "true"})
    assert page(again).one("input", name="version")["value"] == "2"


def test_an_autosave_sent_twice_counts_once(client, at, rating) -> None:
    for _ in range(2):
        response = client.post(at("autosave"), typed(), headers={"HX-Request": "true"})
        assert page(response).one("input", name="version")["value"] == "1"
    assert stored(rating).version == 1


@pytest.mark.parametrize("wrong", [{"level": "9"}, {"version": "soon"}, {"version": ""}])
def test_an_autosave_with_a_mistake_says_so_and_saves_nothing(client, at, rating, wrong) -> None:
    response = client.post(at("autosave"), typed() | wrong, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert page(response).one("p", id="save-status").text.startswith("Not saved yet.")
    assert stored(rating).version == 0


def test_an_autosave_behind_somebody_else_gets_both_texts(client, at, sign_in, cast) -> None:
    sign_in(cast.member).post(at("autosave"), typed(justification="By the member."))
    response = client.post(at("autosave"), typed(), headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#conflict"
    assert response.headers["HX-Reswap"] == "innerHTML"
    assert page(client.get(at("criterion"))).one(id="conflict")
    assert WORDS in page(response).text
    assert "By the member." in page(response).text


def test_an_autosave_after_submission_gets_its_words_back(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    response = client.post(at("autosave"), typed(1), headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#conflict"
    assert WORDS in page(response).text


@pytest.mark.parametrize("code", ["monitor.9", "nothing", "%00", "a" * 300])
def test_a_criterion_that_is_not_there_is_not_found(client, at, code: str) -> None:
    for name in ("criterion", "history"):
        assert client.get(at(name, code)).status_code == 404
    assert client.post(at("autosave", code), typed()).status_code == 404


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**30])
def test_an_assessment_that_is_not_there_is_not_found(client, pk: int) -> None:
    for name, args in (("overview", [pk]), ("criterion", [pk, "monitor.3"]), ("results", [pk])):
        assert client.get(reverse(f"assessments:{name}", args=args)).status_code == 404


def both(version: int = 0, **more) -> dict:
    return typed(version, cannot_rate_reason="Not run.", **more)


@pytest.mark.parametrize("name", ["autosave", "criterion"])
def test_a_level_beside_a_reason_stops_no_words(client, at, rating, name) -> None:
    """The words are saved; the answer stays as it stood, and is asked about."""
    client.post(at("autosave"), typed(level="1", justification="Before."))
    answer = client.post(at(name), both(1))
    assert answer.status_code == 422
    assert "Clear one of the two." in page(answer).text
    kept = stored(rating)
    assert (kept.justification, kept.evidence_state, kept.practice) == (WORDS, "attached", "used")
    assert (kept.level, kept.cannot_rate_reason, kept.version) == (1, "", 2)
    assert page(answer).one("input", name="version")["value"] == "2"


def test_words_beside_a_level_and_a_reason_are_saved_once(client, at, rating) -> None:
    for _ in range(2):
        assert client.post(at("autosave"), both()).status_code == 422
    assert stored(rating).version == 1


@pytest.mark.parametrize("name", ["autosave", "criterion"])
def test_words_beside_a_level_and_a_reason_meet_a_colleague(client, at, sign_in, cast, name):
    sign_in(cast.member).post(at("autosave"), typed(justification="By the member."))
    answer = client.post(at(name), both())
    assert answer.status_code == 409
    for words in (WORDS, "By the member.", "Not run."):
        assert words in page(answer).text
