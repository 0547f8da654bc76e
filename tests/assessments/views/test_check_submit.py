"""From the last look to the confirmation."""

from django.urls import reverse

from assessments.models import Assessment, Rating
from assessments.rating.services import save_rating
from assessments.submission.services import submit_assessment
from tests.factories.assessment import answers, note, rate_all
from tests.markup import page


def clear(assessment, actor, *codes: str) -> None:
    for rating in assessment.ratings.filter(criterion__code__in=codes):
        save_rating(
            actor=actor, rating=rating, read_version=rating.version, answers=answers(None, "")
        )


def test_what_is_unrated_is_named_and_one_click_away(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead)
    clear(assessment, cast.lead, "design.2", "sustain.5")
    response = client.get(at("check"))
    shown = page(response)
    todo = shown.one("section", aria_labelledby="todo").all("a")
    assert [each["href"] for each in todo] == [
        at("criterion", "design.2"),
        at("criterion", "sustain.5"),
    ]
    assert "28 of 30 rated. 2 still need a level" in shown.text
    assert shown.all("a", href=at("submit")) == []


def test_the_lowest_level_blocks_nothing_and_warns_of_nothing(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead, level=0, justification="")
    response = client.get(at("check"))
    assert response.context["blocking"] == []
    assert response.context["warnings"] == []
    assert len(page(response).all("a", href=at("submit"))) == 2


def test_a_claim_without_evidence_warns_and_does_not_stop(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead, level=3)
    evidenced = assessment.ratings.select_related("assessment").get(criterion__code="design.1")
    note(cast.enrolment, cast.lead, evidenced)
    response = client.get(at("check"))
    warned = {cell.code for cell in response.context["warnings"]}
    assert len(warned) == 29
    assert "design.1" not in warned
    assert page(response).all("a", href=at("submit"))


def test_a_reason_is_shown_instead_of_a_level(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead)
    rating = assessment.ratings.get(criterion__code="benefit.4")
    reason = "We have not run it in a second place."
    save_rating(
        actor=cast.lead,
        rating=rating,
        read_version=1,
        answers=answers(None, "", cannot_rate_reason=reason),
    )
    shown = page(client.get(at("check")))
    assert f"Cannot be rated: {reason}" in shown.text
    assert "29 rated, 1 cannot be rated" in shown.text


def test_every_answer_is_there_to_read_by_pillar(client, at, assessment, cast) -> None:
    for number, rating in enumerate(assessment.ratings.all()):
        save_rating(
            actor=cast.lead,
            rating=rating,
            read_version=0,
            answers=answers(number % 4, f"Reason number {number}."),
        )
    shown = page(client.get(at("check")))
    sections = [each for each in shown.all("section") if "check-" in each["aria-labelledby"]]
    assert [len(section.all("div", class_="check")) for section in sections] == [6] * 5
    for number in range(30):
        assert f"Reason number {number}." in shown.text


def test_submitting_early_leads_back_to_what_is_missing(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead)
    clear(assessment, cast.lead, "design.2")
    assert client.get(at("submit")).url == at("check")
    response = client.post(at("submit"), follow=True)
    assert response.redirect_chain == [(at("check"), 302)]
    assert "1 criterion needs a level, or a reason" in page(response).text
    assert not Assessment.objects.get().is_submitted


def test_the_lead_confirms_and_is_told_what_happens_next(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead)
    asked = page(client.get(at("submit")))
    assert "Submit your self-assessment?" in asked.text
    assert not Assessment.objects.get().is_submitted
    response = client.post(at("submit"), follow=True)
    assert response.redirect_chain == [(at("submitted"), 302)]
    shown = page(response)
    assert "handed in" in shown.one("h1").text
    assert cast.lead.name in shown.text
    assert shown.all("a", href=at("results"))
    assert Assessment.objects.get().is_submitted


def test_a_second_click_shows_the_same_confirmation(client, at, assessment, cast, mailbox) -> None:
    rate_all(assessment, cast.lead)
    client.post(at("submit"))
    first = len(mailbox())
    response = client.post(at("submit"), follow=True)
    assert response.redirect_chain == [(at("submitted"), 302)]
    assert len(mailbox()) == first == 2


def test_only_the_lead_submits(at, assessment, cast, sign_in) -> None:
    rate_all(assessment, cast.lead)
    expected = {"member": 403, "sponsor": 403, "hub": 404, "outsider": 404, "stranger": 404}
    for name, status in expected.items():
        browser = sign_in(getattr(cast, name))
        assert browser.post(at("submit")).status_code == status, name
    shown = page(sign_in(cast.member).get(at("check")))
    assert shown.all("a", href=at("submit")) == []
    assert not Assessment.objects.get().is_submitted


def test_after_submission_the_check_gives_way_to_the_results(client, at, assessment, cast) -> None:
    assert client.get(at("submitted")).url == at("overview")
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    assert client.get(at("check")).url == at("results")
    assert client.get(at("submit")).url == at("submitted")


def test_an_organisation_that_left_cannot_submit_or_start(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead)
    cast.enrolment.state, cast.enrolment.withdrawn_on = "withdrawn", "2026-12-01"
    cast.enrolment.save()
    response = client.post(at("submit"), follow=True)
    assert "left the cohort" in page(response).text
    assert not Assessment.objects.get().is_submitted


def test_starting_opens_the_overview_once(client, cast) -> None:
    start = reverse("assessments:start", args=[cast.enrolment.pk])
    response = client.post(start, follow=True)
    assert "The Learning Hub has not opened the framework for you yet." in page(response).text
    assert not Assessment.objects.exists()


def test_starting_twice_leads_to_the_same_assessment(client, at, assessment, cast) -> None:
    start = reverse("assessments:start", args=[cast.enrolment.pk])
    assert client.post(start).url == at("overview")
    assert client.get(start).status_code == 405
    assert Rating.objects.count() == 30
