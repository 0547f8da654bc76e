"""The moderator's list and the desk's queue: what is counted, in which order, who has it."""

import pytest
from django.urls import reverse

from accelerator.models import Role
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, ConflictOfInterest
from tests.factories.calibration import both_in, twin
from tests.factories.programme import MembershipFactory
from tests.factories.signing_in import client_of

pytestmark = pytest.mark.django_db

APART = "design.overall"


def url(name: str, *args) -> str:
    return reverse(f"calibration:{name}", args=args)


def at(calibration: Calibration, code: str = APART) -> str:
    return url("desk_criterion", calibration.pk, code)


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def desk(cast) -> Calibration:
    """Both in, and the moderator has the desk."""
    return lease.take_lease(actor=cast.moderator, calibration=both_in(cast))


@pytest.fixture
def moderator(cast, sign_in):
    return sign_in(cast.moderator)


def test_the_list_counts_differences_and_decisions_and_names_who_has_the_desk(
    cast, desk, moderator
) -> None:
    both_in(twin(cast))
    moderating.confirm_agreements(actor=cast.moderator, calibration=desk)
    rows = {row.pk: row for row in moderator.get(url("moderation")).context["page"]}
    assert (rows[desk.pk].differences, rows[desk.pk].decided) == (6, 24)
    assert sorted(row.decided for row in rows.values()) == [0, 24]
    other = MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user
    text = body(client_of(other).get(url("moderation")))
    assert "Moderator, until" in text
    assert "24 of 30" in text


def test_the_list_is_filtered_by_state_and_says_when_it_is_empty(cast, desk, moderator) -> None:
    both_in(twin(cast))
    for state, count in (("", 2), ("both_in", 1), ("moderating", 1), ("released", 0)):
        response = moderator.get(url("moderation"), {"state": state})
        assert len(response.context["page"].object_list) == count
    assert "Nothing is in this state" in body(response)
    assert moderator.get(url("moderation"), {"state": "scoring"}).status_code == 200


def test_each_sees_only_their_own_cohorts(cast, desk, sign_in) -> None:
    for role in ("coach_a", "hub", "lead", "funder", "stranger", "other_hub"):
        response = sign_in(getattr(cast, role)).get(url("moderation"))
        assert not response.context["page"].object_list
        # The header names a person's own organisation.
        listed = body(response).partition("<main")[2]
        assert cast.enrolment.organisation.name not in listed


def test_widest_first_then_across_the_middle_then_the_least_sure(cast, moderator) -> None:
    second = {0: 2, 1: 3, 5: 0, 10: 2}.get
    calibration = both_in(cast, second=lambda position: second(position, 1))
    queue = moderator.get(url("desk", calibration.pk)).context["desk"].differences
    assert [item.criterion.position for item in queue] == [1, 0, 10, 5]


def test_somebody_elses_turn_can_be_read_but_not_taken(cast, desk, sign_in) -> None:
    other = MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user
    client = sign_in(other)
    for address in (url("desk", desk.pk), at(desk)):
        text = body(client.get(address))
        assert "Moderator has the desk until" in text
        assert "Take the desk" not in text
        assert "Decide and go on" not in text
    response = client.post(url("lease_take", desk.pk), follow=True)
    assert "Somebody else is moderating this now" in body(response)
    desk.refresh_from_db()
    assert desk.lease_holder == cast.moderator


def test_taking_the_desk_leads_back_to_the_criterion(cast, moderator) -> None:
    calibration = both_in(cast)
    assert "Take the desk" in body(moderator.get(at(calibration)))
    response = moderator.post(url("lease_take", calibration.pk), {"code": APART}, follow=True)
    assert response.request["PATH_INFO"] == at(calibration)
    assert "You have the desk until" in body(response)
    response = moderator.post(url("lease_return", calibration.pk), follow=True)
    assert "Nobody has the desk" in body(response)


def test_a_moderator_who_coaches_an_assessment_reads_and_does_not_decide(cast, sign_in) -> None:
    calibration = both_in(cast)
    MembershipFactory(user=cast.coach_a, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    text = body(sign_in(cast.coach_a).get(url("desk", calibration.pk)))
    assert "Somebody else moderates this" in text
    assert "A coach of this assessment cannot moderate it" in text
    assert "Take the desk" not in text


def test_a_moderator_with_a_tie_does_not_find_the_desk(cast, moderator) -> None:
    calibration = both_in(cast)
    ConflictOfInterest.objects.create(
        person=cast.moderator, organisation=cast.enrolment.organisation
    )
    assert moderator.get(url("desk", calibration.pk)).status_code == 404
    assert calibration not in moderator.get(url("moderation")).context["page"].object_list
