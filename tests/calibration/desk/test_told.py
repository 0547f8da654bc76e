"""Moderators are told of a third review, and once of what went stale: no words, no levels."""

from datetime import timedelta

import pytest
from django.conf import settings

from accelerator.models import OutgoingMail, Role
from calibration.assigning.services.conflicts import declare_conflict
from calibration.desk.services import lease, moderating
from calibration.desk.services.staleness import tell_of_stale
from calibration.models import Calibration, StaleNotice
from calibration.releasing.services import releasing
from calibration.reviewing.services import requests
from calibration.rules.commentary import Outcome
from tests.calibration.desk.test_staleness import third_coach
from tests.factories.calibration import both_in, rate_review, review_of, submit
from tests.factories.organisation import quickly_agreed
from tests.factories.programme import MembershipFactory
from tests.together import outcomes

CANARY = "Canaryword"


def letters(start: str) -> set[str]:
    return set(OutgoingMail.objects.filter(subject__startswith=start).values_list("to", flat=True))


def answered(cast, calibration: Calibration, code: str) -> None:
    """The organisation answers a question, so that the decision on `code` needs another look."""
    criterion = calibration.assessment.framework.criteria.get(code=code)
    asked = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question=CANARY, criterion=criterion
    )
    requests.answer_request(actor=cast.lead, request=asked, answer=CANARY)


def tied_moderator(cast):
    tied = MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user
    declare_conflict(person=tied, organisation=cast.enrolment.organisation, reason="Kin.")
    return tied


@pytest.mark.django_db
def test_a_third_review_is_told_to_moderators_who_may_settle_it(cast) -> None:
    tied_moderator(cast)
    member = MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user
    MembershipFactory(user=member, role=Role.MEMBER, organisation=cast.enrolment.organisation)
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    review = third_coach(cast, calibration, "design.overall")
    MembershipFactory(user=review.coach, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    assert letters("Both reviews are in") == {
        cast.moderator.email,
        cast.coach_a.email,
        cast.coach_b.email,
    }
    rate_review(review, 3, commentary=CANARY)
    assert not letters("A third coach has handed in")
    submit(review)
    submit(review)
    assert letters("A third coach has handed in") == {cast.moderator.email}
    text = OutgoingMail.objects.get(subject__startswith="A third coach has handed in").text
    assert CANARY not in text
    assert "High" not in text


@pytest.mark.django_db
def test_a_third_review_says_nothing_while_the_two_are_not_both_in(cast) -> None:
    from calibration.assigning.services import assigning

    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    review = third_coach(cast, calibration, "design.overall")
    assigning.withdraw_review(
        actor=cast.hub, review=review_of(calibration, cast.coach_b), reason="Ill."
    )
    rate_review(review, 3)
    submit(review)
    assert not letters("A third coach has handed in")


@pytest.mark.django_db
def test_what_went_stale_is_told_once_and_again_when_it_does_so_again(cast) -> None:
    tied_moderator(cast)
    calibration = quickly_agreed(cast, 1)
    assert tell_of_stale() == 0
    answered(cast, calibration, "monitor.3")
    answered(cast, calibration, "monitor.4")
    assert (tell_of_stale(), tell_of_stale()) == (1, 0)
    assert letters("To look at again") == {cast.moderator.email}
    letter = OutgoingMail.objects.get(subject__startswith="To look at again").text
    for word in (CANARY, "Little", "registers", "monitor"):
        assert word not in letter
    # Looking again at one of the two is no news of the other.
    lease.take_lease(actor=cast.moderator, calibration=calibration)
    criterion = calibration.assessment.framework.criteria.get(code="monitor.3")
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=criterion,
        outcome=Outcome(1, lift="Write it down."),
        read_version=0,
    )
    assert tell_of_stale() == 0
    answered(cast, calibration, "monitor.3")
    assert tell_of_stale() == 1
    assert OutgoingMail.objects.filter(subject__startswith="To look at again").count() == 2


@pytest.mark.django_db
def test_nothing_is_told_of_what_is_released_or_blind_again(cast) -> None:
    calibration = quickly_agreed(cast, 1)
    releasing.release(actor=cast.hub, calibration=calibration)
    assert tell_of_stale() == 0
    assert not StaleNotice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_lookers_at_once_write_one_letter(cast) -> None:
    calibration = quickly_agreed(cast, 1)
    answered(cast, calibration, "monitor.3")
    assert sorted(outcomes(tell_of_stale, tell_of_stale)) == [0, 1]
    assert OutgoingMail.objects.filter(subject__startswith="To look at again").count() == 1


def test_beat_looks_well_within_ten_minutes() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["stale"]
    assert entry["task"] == "calibration.look_for_stale"
    assert timedelta(seconds=entry["schedule"]) <= timedelta(minutes=5)


@pytest.mark.django_db
def test_looking_costs_the_same_however_much_there_is(cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from calibration.desk.queries.inputs import stale_decisions
    from tests.factories.calibration import twin

    def cost() -> int:
        some = list(Calibration.objects.all())
        with CaptureQueriesContext(connection) as queries:
            stale_decisions(some)
        return len(queries)

    first = quickly_agreed(cast, 1)
    answered(cast, first, "monitor.3")
    once = cost()
    second = quickly_agreed(twin(cast), 1)
    answered(cast, second, "monitor.3")
    assert cost() == once
