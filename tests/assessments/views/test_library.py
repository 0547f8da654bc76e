"""The evidence library of an enrolment: filters, pages, the room left, the empty state."""

import pytest
from django.urls import reverse

from assessments.evidence import services as service
from assessments.evidence import tidying
from assessments.evidence.views.library import PAGE
from assessments.models import Evidence
from tests.factories.assessment import note, submitted
from tests.factories.evidence import PDF, add
from tests.markup import Element, page


@pytest.fixture
def address(cast) -> str:
    return reverse("assessments:library", args=[cast.enrolment.pk])


def titles(shown: Element) -> list[str]:
    return [row.one("th").text for row in shown.one("table").one("tbody").all("tr")]


def link(cast, *ratings) -> Evidence:
    return service.add_link(
        actor=cast.lead,
        enrolment=cast.enrolment,
        url="https://example.org/report",
        title="Annual report",
        ratings=ratings,
    )


def test_an_empty_library_says_how_to_begin(client, address, assessment) -> None:
    shown = page(client.get(address))
    assert shown.all("table") == []
    assert shown.one("div", class_="empty").one("h2").text == "No evidence yet"
    overview = reverse("assessments:overview", args=[assessment.pk])
    assert shown.one("div", class_="empty").one("a")["href"] == overview


def test_the_library_is_there_before_any_assessment(client, cast, address) -> None:
    assert client.get(address).status_code == 200


def test_every_piece_is_listed_with_where_it_is_used_newest_first(
    client, cast, address, rating
) -> None:
    note(cast.enrolment, cast.lead, text="Spare note")
    note(cast.other, cast.outsider, text="Another organisation's")
    link(cast, rating)
    shown = page(client.get(address))
    assert titles(shown) == ["Annual report", "Spare note"]
    used, spare = shown.one("table").one("tbody").all("tr")
    criterion = reverse("assessments:criterion", args=[rating.assessment_id, "monitor.3"])
    assert used.all("a", href=criterion)
    assert "Not used yet" in spare.text
    assert shown.one("table").one("caption").text
    assert {head["scope"] for head in shown.one("table").one("thead").all("th")} == {"col"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"Annual report", "Board minutes", "Register.pdf"}),
        ({"words": "REPORT"}, {"Annual report"}),
        ({"words": "%"}, set()),
        ({"kind": "file"}, {"Register.pdf"}),
        ({"kind": "link", "words": "minutes"}, set()),
        ({"criterion": "monitor.3"}, {"Annual report", "Register.pdf"}),
        ({"criterion": "none"}, {"Board minutes"}),
        ({"kind": "link", "criterion": "monitor.3"}, {"Annual report"}),
    ],
)
def test_filters(client, cast, address, assessment, rating, query: dict, expected: set) -> None:
    other = assessment.ratings.select_related("assessment").get(criterion__code="design.1")
    link(cast, rating, other)
    add(cast, rating)
    note(cast.enrolment, cast.lead, text="Board minutes")
    shown = page(client.get(address, query))
    assert set(titles(shown) if shown.all("table") else []) == expected
    if not expected:
        assert "Nothing fits these filters" in shown.text
    for name, value in query.items():
        assert shown.one("form", method="get").fields()[name] == value


@pytest.mark.parametrize("query", [{"kind": "poem"}, {"criterion": "'; --"}, {"words": "x" * 5000}])
def test_a_filter_that_means_nothing_is_harmless(client, cast, address, rating, query) -> None:
    note(cast.enrolment, cast.lead, rating)
    assert client.get(address, query).status_code == 200


def test_long_libraries_have_pages_and_keep_their_filter(client, cast, address, rating) -> None:
    for number in range(PAGE + 2):
        note(cast.enrolment, cast.lead, text=f"Minutes {number:02}")
    link(cast, rating)
    first = page(client.get(address, {"kind": "note"}))
    assert len(titles(first)) == PAGE
    assert "Page 1 of 2" in first.text
    following = first.one("a", rel="next")["href"]
    second = page(client.get(address + following))
    assert titles(second) == ["Minutes 01", "Minutes 00"]
    assert not set(titles(first)) & set(titles(second))
    for odd in ("0", "-3", "999", "soon"):
        assert client.get(address, {"page": odd}).status_code == 200


def test_the_room_used_counts_files_and_not_what_was_withdrawn(
    client, cast, address, settings
) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 4 * len(PDF)
    gone = add(cast)
    add(cast, name="Kept.pdf")
    tidying.withdraw(actor=cast.lead, evidence=gone, reason="Wrong file.")
    response = client.get(address)
    assert response.context["quota"]["percent"] == 25
    shown = page(response)
    assert shown.one("div", class_="quota").one("progress")["value"] == "25"
    assert sorted(titles(shown)) == ["Kept.pdf", "Withdrawn file"]


def test_the_hub_sees_what_was_handed_in_and_nothing_else(sign_in, cast, address, rating) -> None:
    note(cast.enrolment, cast.lead, rating, text="Handed in")
    note(cast.enrolment, cast.lead, text="Only a thought")
    hub = sign_in(cast.hub)
    assert page(hub.get(address)).all("table") == []
    submitted(cast.enrolment, cast.lead)
    assert titles(page(hub.get(address))) == ["Handed in"]
    assert b"Only a thought" not in hub.get(address).content
