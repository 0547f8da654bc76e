"""The live heat-map, and every page of a framework of another size."""

import pytest
from django.urls import reverse

from assessments.evidence.services import withdraw
from assessments.framework.services import publish_framework
from assessments.rating.services import save_rating
from assessments.submission.services import submit_assessment
from tests.factories.assessment import SMALL, answers, note, rate_all, started
from tests.markup import Element, page


def the_map(response) -> Element:
    return page(response).one("table", class_="map")


def cell_of(heat_map: Element, address: str) -> Element:
    return next(cell for cell in heat_map.all("td") if cell.all("a", href=address))


def rate(assessment, actor, code: str, level: int | None, **words) -> None:
    rating = assessment.ratings.get(criterion__code=code)
    save_rating(actor=actor, rating=rating, read_version=0, answers=answers(level, **words))


def test_the_map_is_a_table_that_a_screen_reader_can_follow(client, at, assessment) -> None:
    heat_map = the_map(client.get(at("overview")))
    assert heat_map.one("caption").text == "Confidence by pillar and criterion"
    rows = heat_map.one("tbody").all("tr")
    assert len(rows) == 5
    for row in rows:
        assert row.one("th")["scope"] == "row"
        assert len(row.all("td")) == 6
    assert {head["scope"] for head in heat_map.one("thead").all("th")} <= {"col", "colgroup"}
    links = [link["href"] for link in heat_map.all("a")]
    codes = assessment.ratings.order_by("criterion__position").values_list(
        "criterion__code", flat=True
    )
    assert links == [at("criterion", code) for code in codes]
    assert len(set(links)) == 30


def test_not_rated_and_the_lowest_level_look_and_read_differently(client, at, assessment, cast):
    rate(assessment, cast.lead, "design.1", 0)
    rate(assessment, cast.lead, "design.2", None, justification="Thinking.")
    rate(assessment, cast.lead, "design.3", None, cannot_rate_reason="Not run yet.")
    heat_map = the_map(client.get(at("overview")))
    lowest, empty, cannot = (
        cell_of(heat_map, at("criterion", code)) for code in ("design.1", "design.2", "design.3")
    )
    assert "l0" in lowest["class"].split()
    assert "Low or no" in lowest.text
    assert len(lowest.one("span", class_="bars").all("i", class_="on")) == 1
    for cell, words in ((empty, "Not rated"), (cannot, "Cannot be rated")):
        assert "nr" in cell["class"].split()
        assert "l0" not in cell["class"].split()
        assert words in cell.text
        assert cell.all("span", class_="bars") == []


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_level_has_its_colour_its_word_and_its_bars(client, at, assessment, cast, level) -> None:
    rate(assessment, cast.lead, "design.1", level)
    cell = cell_of(the_map(client.get(at("overview"))), at("criterion", "design.1"))
    assert f"l{level}" in cell["class"].split()
    assert ("Low or no", "Little", "Moderate", "High")[level] in cell.text
    assert len(cell.one("span", class_="bars").all("i")) == 4
    assert len(cell.all("i", class_="on")) == level + 1


def test_a_cell_tells_of_its_evidence_and_of_what_is_missing(client, at, assessment, cast) -> None:
    rate(assessment, cast.lead, "design.1", 3)
    rate(assessment, cast.lead, "design.2", 3)
    rating = assessment.ratings.select_related("assessment").get(criterion__code="design.2")
    for _ in range(2):
        note(cast.enrolment, cast.lead, rating)
    heat_map = the_map(client.get(at("overview")))
    without, with_two = (cell_of(heat_map, at("criterion", f"design.{n}")) for n in (1, 2))
    assert "Needs attention: No evidence yet" in without.text
    assert "2 pieces of evidence." in with_two.text
    assert "Needs attention" not in with_two.text


def test_a_withdrawn_piece_is_evidence_no_more(client, at, assessment, cast) -> None:
    rate(assessment, cast.lead, "design.1", 3)
    rating = assessment.ratings.select_related("assessment").get(criterion__code="design.1")
    kept, gone = (note(cast.enrolment, cast.lead, rating) for _ in range(2))
    withdraw(actor=cast.lead, evidence=gone, reason="It named somebody.")
    cell = cell_of(the_map(client.get(at("overview"))), at("criterion", "design.1"))
    assert "1 piece of evidence." in cell.text
    withdraw(actor=cast.lead, evidence=kept, reason="It named somebody.")
    cell = cell_of(the_map(client.get(at("overview"))), at("criterion", "design.1"))
    assert "Needs attention: No evidence yet" in cell.text


def test_the_way_on_leads_to_the_first_criterion_without_an_answer(client, at, assessment, cast):
    assert page(client.get(at("overview"))).all("a", href=at("criterion", "design.overall"))
    rate(assessment, cast.lead, "design.overall", 0)
    response = client.get(at("overview"))
    assert response.context["next_cell"].code == "design.1"
    assert "1 of 30 rated" in page(response).text


def test_those_who_may_only_read_are_offered_nothing_to_change(at, assessment, cast, sign_in):
    response = sign_in(cast.sponsor).get(at("overview"))
    assert not response.context["can_edit"]
    assert not response.context["can_submit"]
    shown = page(sign_in(cast.sponsor).get(at("criterion")))
    assert shown.all("form", data_rating=True) == []
    assert shown.one(id="evidence-panel").all("form") == []


def test_a_submitted_map_leads_to_the_results(client, at, assessment, cast) -> None:
    rate_all(assessment, cast.lead)
    submit_assessment(actor=cast.lead, assessment=assessment)
    shown = page(client.get(at("overview")))
    assert shown.all("a", href=at("results"))
    assert shown.all("a", href=at("check")) == []


@pytest.fixture
def small(cast):
    """An assessment of 2 pillars with 2 and 3 criteria and 3 levels."""
    return started(cast.enrolment, cast.lead, publish_framework(data=SMALL)[0])


def test_every_page_works_for_a_framework_of_another_size(client, cast, small) -> None:
    def at(name: str, *more) -> str:
        return reverse(f"assessments:{name}", args=[small.pk, *more])

    heat_map = the_map(client.get(at("overview")))
    assert [len(row.all("td")) for row in heat_map.one("tbody").all("tr")] == [2, 3]
    shown = page(client.get(at("criterion", "two.3")))
    assert [e["value"] for e in shown.all("input", type="radio", name="level")] == [
        "0",
        "1",
        "2",
        "",
    ]
    assert client.post(at("autosave", "two.3"), {"level": "3", "version": 0}).status_code == 422
    for code, level in (("one.1", 0), ("one.2", 1), ("two.1", 2), ("two.2", 0), ("two.3", 2)):
        given = {"level": level, "version": 0, "justification": "Words."}
        assert client.post(at("autosave", code), given).status_code == 200
    top = cell_of(the_map(client.get(at("overview"))), at("criterion", "two.3"))
    assert "l3" in top["class"].split()
    assert len(top.all("i", class_="on")) == 3
    for name in ("history", "evidence_add", "evidence_attach"):
        assert client.get(at(name, "two.3")).status_code == 200
    note(cast.enrolment, cast.lead, small.ratings.select_related("assessment").last())
    assert client.get(reverse("assessments:library", args=[cast.enrolment.pk])).status_code == 200
    assert "5 of 5 rated" in page(client.get(at("check"))).text
    assert "All 5 criteria" in page(client.get(at("submit"))).text
    assert client.post(at("submit")).url == at("submitted")
    assert len(the_map(client.get(at("results"))).all("td")) == 5
    lines = client.get(at("ratings_csv")).content.decode().splitlines()
    assert [line.split(",")[4] for line in lines[1:6]] == ["low", "mid", "top", "low", "top"]
    assert client.post(at("report")).status_code == 302
