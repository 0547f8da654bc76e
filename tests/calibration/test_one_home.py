"""Rules that are asked of a row and of many: both answers are the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accelerator.models import Role
from assessments.models import Rating
from assessments.models.assessment import unanswered
from calibration.assigning.services.assigning import ask_third_coach
from calibration.models import Calibration, EvidenceRequest, why_no_third
from calibration.reviewing.services.requests import answer_request, ask_for_evidence
from calibration.rules.seating import may_pair
from tests.factories.assessment import started
from tests.factories.calibration import assigned, both_in
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("days", [-1, 0, None])
@pytest.mark.parametrize("state", Calibration.State.values)
def test_the_overdue_are_those_that_say_so(cast, state: str, days: int | None) -> None:
    due = None if days is None else timezone.localdate() + timedelta(days=days)
    calibration = assigned(cast)
    calibration.state, calibration.due_on = state, due
    assert calibration.is_overdue is (days == -1 and state in ("assigned", "scoring"))
    Calibration.objects.filter(pk=calibration.pk).update(due_on=due)
    if state == "assigned":
        found = Calibration.objects.overdue()
        assert list(found) == ([calibration] if calibration.is_overdue else [])


def test_the_open_questions_are_those_that_can_be_answered(cast) -> None:
    calibration = both_in(cast)
    first, second = (
        ask_for_evidence(actor=cast.coach_a, calibration=calibration, question=words)
        for words in ("Registers?", "Minutes?")
    )
    answer_request(actor=cast.lead, request=first, answer="Here.")
    for one in EvidenceRequest.objects.all():
        assert one.can_be_answered is (one == second)
        assert EvidenceRequest.objects.open().filter(pk=one.pk).exists() is one.can_be_answered


def test_the_unanswered_are_those_without_an_answer(cast) -> None:
    ratings = started(cast.enrolment, cast.lead).ratings
    low, unable = ratings.all()[:2]
    ratings.filter(pk=low.pk).update(level=0)
    ratings.filter(pk=unable.pk).update(cannot_rate_reason="Not run yet.")
    picked = set(Rating.objects.filter(unanswered()).values_list("pk", flat=True))
    assert picked == {one.pk for one in ratings.all() if not one.is_answered}
    assert not picked & {low.pk, unable.pk}


def test_a_third_coach_comes_once_and_only_once_both_are_in(cast) -> None:
    early = assigned(cast)
    assert why_no_third(early, early.reviews.current()).startswith("A third coach comes in once")


def test_no_third_coach_beside_another(cast) -> None:
    calibration = both_in(cast)
    assert why_no_third(calibration, calibration.reviews.current()) == ""
    third = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    ask_third_coach(actor=cast.hub, calibration=calibration, coach=third, codes=["design.1"])
    assert why_no_third(calibration, calibration.reviews.current()).endswith("here already.")


@pytest.mark.parametrize(("one", "other", "may"), [(1, 2, True), (1, 1, False)])
def test_a_pair_comes_from_two_institutions(one: int, other: int, may: bool) -> None:
    assert may_pair(one, other) is may
