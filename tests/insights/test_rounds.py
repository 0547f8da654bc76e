"""Every page that shows a round asks for it by number; the old words still lead there."""

import pytest
from django.urls import reverse

from calibration.assigning.services import assigning
from tests.factories.assessment import started, submitted
from tests.factories.calibration import both_in, rate_review, review_of, submit
from tests.markup import page


@pytest.fixture
def third(cast):
    """The cast's enrolment in its third round, all three handed in."""
    return [submitted(cast.enrolment, cast.lead, round=number) for number in (1, 2, 3)][-1]


@pytest.fixture
def overview(cast, sign_in):
    client, address = sign_in(cast.hub), reverse("cohort", args=[cast.enrolment.cohort.slug])
    return lambda **query: client.get(address, query)


def chosen_round(response) -> str:
    select = page(response).one("select", name="round")
    return select.one("option", selected=True).text


def test_a_cohort_in_its_first_round_offers_no_other(cast, overview) -> None:
    submitted(cast.enrolment, cast.lead)
    for query in ({}, {"round": "1"}, {"round": "2"}, {"round": "reassessment"}):
        shown = page(overview(**query))
        assert shown.all("select", name="round") == []
        assert "re-assessment" not in shown.text
        assert "Handed in" in shown.text


def test_the_cohort_offers_every_round_that_somebody_has_begun(third, overview) -> None:
    options = page(overview()).one("select", name="round").all("option")
    assert [(one["value"], one.text) for one in options] == [
        ("1", "Baseline"),
        ("2", "Re-assessment"),
        ("3", "Re-assessment 2"),
    ]


@pytest.mark.parametrize(
    ("asked", "label", "said"),
    [
        ("1", "Baseline", "shown. Of a review"),
        ("baseline", "Baseline", "shown. Of a review"),
        ("2", "Re-assessment", "shown, re-assessment. Of"),
        ("reassessment", "Re-assessment", "shown, re-assessment. Of"),
        ("3", "Re-assessment 2", "shown, re-assessment 2. Of"),
    ],
)
def test_a_round_is_asked_by_number_or_by_the_old_word(
    third, overview, asked: str, label: str, said: str
) -> None:
    response = overview(round=asked)
    assert chosen_round(response) == label
    assert said in page(response).text


def test_the_rows_are_those_of_the_round(cast, third, overview) -> None:
    submitted(cast.other, cast.outsider)
    for number, stages in (("1", ["2 Handed in"]), ("3", ["1 Not started", "1 Handed in"])):
        counts = page(overview(round=number)).one("ul", class_="stages").text
        assert all(stage in counts for stage in stages), counts


@pytest.mark.parametrize("asked", ["9", "spring", "0"])
def test_a_round_that_is_none_says_so_and_shows_the_baseline(third, overview, asked: str) -> None:
    response = overview(round=asked)
    assert "Select a valid choice" in page(response).text
    assert ", re-assessment" not in page(response).text


def test_the_navigation_and_the_library_are_in_the_newest_round(cast, third, sign_in) -> None:
    client = sign_in(cast.lead)
    home = client.get("/").content.decode()
    assert f'href="{reverse("assessments:overview", args=[third.pk])}"' in home
    fourth = started(cast.enrolment, cast.lead, round=4)
    home = client.get("/").content.decode()
    assert f'href="{reverse("assessments:overview", args=[fourth.pk])}"' in home
    library = client.get(reverse("assessments:library", args=[cast.enrolment.pk]))
    assert library.context["assessment"] == fourth


def test_a_later_round_is_named_on_its_pages_and_files(cast, third, sign_in) -> None:
    client = sign_in(cast.lead)
    overview = page(client.get(reverse("assessments:overview", args=[third.pk]))).text
    assert "· Re-assessment 2" in overview
    results = page(client.get(reverse("assessments:results", args=[third.pk]))).text
    assert "Re-assessment 2 self-assessment, handed in" in results
    ratings = client.get(reverse("assessments:ratings_csv", args=[third.pk]))
    assert "-reassessment-2.csv" in ratings["Content-Disposition"]
    assert "Re-assessment 2 self-assessment, submitted" in ratings.content.decode()


def test_agreement_is_of_one_round(cast, sign_in) -> None:
    both_in(cast, first=1, second=1)
    again = submitted(cast.enrolment, cast.lead, round=2)
    client = sign_in(cast.hub)
    address = reverse("calibration:agreement", args=[cast.enrolment.cohort.slug])
    assert page(client.get(address)).all("select", name="round") == []
    later = assigning.open_calibration(actor=cast.hub, assessment=again)
    assigning.assign_coaches(
        actor=cast.hub, calibration=later, coaches=[cast.coach_a, cast.coach_b]
    )
    for coach, level in ((cast.coach_a, 1), (cast.coach_b, 2)):
        rate_review(review_of(later, coach), level)
        submit(review_of(later, coach))

    def same(**query) -> str:
        counts = page(client.get(address, query)).one("section", aria_labelledby="counts")
        return counts.one("table").all("tr")[1].all("td")[0].text

    assert same() == same(round="1") == "25 of 25"
    assert same(round="2") == "0 of 25"
    csv = reverse("calibration:agreement_csv", args=[cast.enrolment.cohort.slug])
    first, second = client.get(csv), client.get(csv, {"round": "2"})
    assert "-counted.csv" in first["Content-Disposition"]
    assert "-counted-reassessment.csv" in second["Content-Disposition"]
    assert "Re-assessment." in second.content.decode()
    assert "Re-assessment." not in first.content.decode()
