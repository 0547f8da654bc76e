"""How coaches lie against one another: the pure sums, the query, and who is told."""

import pytest
from django.urls import reverse

from accelerator.models import Role
from calibration.agreement.queries.severity import (
    NOT_CONNECTED,
    Severity,
    Shared,
    in_words,
    severities,
    severity_of,
    severity_table,
)
from calibration.assigning.services import assigning
from calibration.models import Calibration, Review
from calibration.reviewing.services import reviewing
from tests.factories.assessment import submitted
from tests.factories.calibration import (
    both_in,
    judgement,
    rate_review,
    review_of,
    scored,
    submit,
)
from tests.factories.programme import EnrolmentFactory, InstitutionFactory, MembershipFactory
from tests.markup import page


def coach(name: str):
    return MembershipFactory(
        user__name=name, role=Role.COACH, institution=InstitutionFactory()
    ).user


def shared_review(cast, first, second, levels: tuple[int, int], *, until: int = 2) -> Calibration:
    """Another organisation of the cohort, reviewed by two coaches, `until` submitted."""
    enrolment = EnrolmentFactory(cohort=cast.enrolment.cohort)
    leader = MembershipFactory(role=Role.LEAD, organisation=enrolment.organisation).user
    calibration = assigning.open_calibration(
        actor=cast.hub, assessment=submitted(enrolment, leader)
    )
    assigning.assign_coaches(actor=cast.hub, calibration=calibration, coaches=[first, second])
    for person, level in list(zip((first, second), levels, strict=True))[:until]:
        review = review_of(calibration, person)
        rate_review(review, level)
        submit(review)
    return calibration


def test_severities_of_three_coaches() -> None:
    found = severities([Shared(1, 2, 10, 30, -6), Shared(2, 3, 11, 20, 5), Shared(3, 1, 12, 10, 0)])
    assert found == {
        1: Severity(-6 / 40, 40, 2, 2),
        2: Severity(11 / 50, 50, 2, 2),
        3: Severity(-5 / 30, 30, 2, 2),
    }


def test_no_mean_where_coaches_are_not_connected() -> None:
    found = severities([Shared(1, 2, 10, 30, -6), Shared(3, 4, 11, 30, 0)])
    assert {one.mean for one in found.values()} == {None}
    assert found[1].criteria == 30
    assert in_words(found[1]) == NOT_CONNECTED


def test_reviews_without_a_shared_level_connect_nobody() -> None:
    found = severities([Shared(1, 2, 10, 30, -6), Shared(2, 3, 11, 0, 0), Shared(3, 4, 12, 5, 1)])
    assert {one.mean for one in found.values()} == {None}


def test_nothing_shared() -> None:
    assert severities([]) == {}


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (-0.3, "On average, your levels were 0.3 of a step lower than the partners’."),
        (0.04, "On average, your levels were the same as the partners’, to a tenth of a step."),
        (-0.04, "On average, your levels were the same as the partners’, to a tenth of a step."),
        (0.98, "On average, your levels were 1 step higher than the partners’."),
        (1.5, "On average, your levels were 1.5 steps higher than the partners’."),
    ],
)
def test_in_words(mean: float, words: str) -> None:
    assert in_words(Severity(mean, 30, 1, 1)) == words


def test_of_two_coaches_whose_reviews_are_in(cast) -> None:
    both_in(cast)
    own, other = severity_of(cast.coach_a), severity_of(cast.coach_b)
    # Coach B is one step higher at every fifth of thirty criteria.
    assert own["severity"] == Severity(-6 / 30, 30, 1, 1)
    assert other["severity"] == Severity(6 / 30, 30, 1, 1)
    assert own["words"] == "On average, your levels were 0.2 of a step lower than the partners’."


def test_criteria_that_one_could_not_judge_are_left_out(cast) -> None:
    calibration = both_in(cast)
    assigning.withdraw_review(
        actor=cast.hub, review=review_of(calibration, cast.coach_b), reason="Ill"
    )
    third = coach("Coach C")
    review = assigning.fill_seat(actor=cast.hub, calibration=calibration, coach=third)
    for rating in review.ratings.select_related("criterion", "review"):
        level = None if rating.criterion.position else 3
        reviewing.save_judgement(
            rating=rating,
            read_version=0,
            judgement=judgement(level, cannot_judge_reason="" if level else "Nothing opens."),
        )
    submit(review)
    assert severity_of(cast.coach_a)["severity"] == Severity(-2.0, 1, 1, 1)
    assert severity_of(cast.coach_b) is None


def test_nothing_is_told_before_both_are_in(cast) -> None:
    calibration = scored(cast)
    submit(review_of(calibration, cast.coach_a))
    rate_review(review_of(calibration, cast.coach_b), 3)
    assert severity_of(cast.coach_a) is None
    assert severity_of(cast.coach_b) is None
    assert severity_table(cast.enrolment.cohort) == []


def test_a_partner_who_recalls_nothing_and_a_withdrawn_review_count_no_more(cast) -> None:
    calibration = both_in(cast)
    assigning.withdraw_review(
        actor=cast.coach_b, review=review_of(calibration, cast.coach_b), reason="Ill"
    )
    assert severity_of(cast.coach_a) is None


def test_the_table_of_a_cohort_is_by_name_and_says_why_not(cast) -> None:
    both_in(cast)
    shared_review(cast, coach("Coach Z"), coach("Coach D"), (2, 1))
    table = severity_table(cast.enrolment.cohort)
    assert [row["coach"].name for row in table] == ["Coach A", "Coach B", "Coach D", "Coach Z"]
    assert {row["words"] for row in table} == {NOT_CONNECTED}
    assert severity_of(cast.coach_a)["severity"].mean is None


def test_the_table_once_connected(cast) -> None:
    both_in(cast)
    third = coach("Coach C")
    shared_review(cast, cast.coach_b, third, (2, 1))
    table = {row["coach"].name: row for row in severity_table(cast.enrolment.cohort)}
    assert table["Coach B"]["severity"] == Severity(36 / 60, 60, 2, 2)
    assert table["Coach C"]["words"] == (
        "On average, Coach C’s levels were 1 step lower than the partners’."
    )
    shared_review(cast, cast.coach_a, third, (3, 0), until=1)
    assert severity_table(cast.enrolment.cohort) == list(table.values())


def test_a_third_coach_is_not_a_partner(cast) -> None:
    calibration = both_in(cast)
    third = coach("Coach C")
    code = calibration.assessment.framework.criteria.first().code
    assigning.ask_third_coach(
        actor=cast.moderator, calibration=calibration, coach=third, codes=[code]
    )
    review = review_of(calibration, third)
    assert severity_of(third) is None
    rate_review(review, 3)
    submit(review)
    assert severity_of(third) is None
    assert severity_of(cast.coach_a)["severity"].partners == 1
    assert Review.objects.filter(calibration=calibration).count() == 3


def test_the_same_queries_however_many_were_shared(cast, django_assert_num_queries) -> None:
    both_in(cast)
    with django_assert_num_queries(1):
        severity_of(cast.coach_a)
    for _ in range(2):
        shared_review(cast, cast.coach_a, cast.coach_b, (1, 2))
    with django_assert_num_queries(1):
        severity_of(cast.coach_a)
    with django_assert_num_queries(2):
        severity_table(cast.enrolment.cohort)


def test_the_page_is_the_coachs_own(cast, sign_in) -> None:
    url = reverse("calibration:severity")
    assert "Nothing to compare yet" in sign_in(cast.coach_a).get(url).content.decode()
    both_in(cast)
    response = sign_in(cast.coach_a).get(url)
    text = page(response).text
    assert "0.2 of a step lower" in text
    assert "30 criteria in 1 organisation, shared with 1 coach." in text
    assert "Coach B" not in response.content.decode()
    assert "0.2 of a step higher" in sign_in(cast.coach_b).get(url).content.decode()
    for who in ("lead", "hub", "moderator", "funder", "stranger"):
        assert sign_in(getattr(cast, who)).get(url).status_code == 404, who
