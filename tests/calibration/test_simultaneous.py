"""Ten submissions at the same moment make one transition and one mail a person."""

from collections import Counter

import pytest

from accelerator.models import AuditEvent, OutgoingMail, Role
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Decision
from calibration.reviewing.services import reviewing
from calibration.rules.commentary import Outcome
from calibration.rules.problems import StaleReview, StepRefused
from tests import together
from tests.factories.calibration import assigned, both_in, rate_review, review_of
from tests.factories.programme import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)

State = Calibration.State


def events(calibration: Calibration, action: str) -> int:
    return AuditEvent.objects.filter(
        action=action, target=f"calibration.calibration:{calibration.pk}"
    ).count()


def test_ten_submissions_at_once_make_one_both_in(cast) -> None:
    calibration = assigned(cast)
    reviews = [review_of(calibration, coach) for coach in (cast.coach_a, cast.coach_b)]
    for review in reviews:
        rate_review(review)
    OutgoingMail.objects.all().delete()
    works = [
        lambda review=review: reviewing.submit_review(actor=review.coach, review=review)
        for _ in range(5)
        for review in reviews
    ]
    results = together.outcomes(*works)
    assert Counter(results) == {True: 2, False: 8}
    calibration.refresh_from_db()
    assert calibration.state == State.BOTH_IN
    assert calibration.both_in_at is not None
    assert events(calibration, "calibration.both_in") == 1
    assert events(calibration, "review.submitted") == 2
    told = Counter(OutgoingMail.objects.values_list("to", flat=True))
    assert told == {person.email: 1 for person in (cast.coach_a, cast.coach_b, cast.moderator)}


def test_of_a_recall_and_the_partners_submission_one_wins(cast) -> None:
    calibration = assigned(cast)
    first, second = (review_of(calibration, coach) for coach in (cast.coach_a, cast.coach_b))
    for review in (first, second):
        rate_review(review)
    reviewing.submit_review(actor=cast.coach_a, review=first)
    recalled, _ = together.outcomes(
        lambda: reviewing.recall_review(actor=cast.coach_a, review=first),
        lambda: reviewing.submit_review(actor=cast.coach_b, review=second),
    )
    calibration.refresh_from_db()
    first.refresh_from_db()
    if isinstance(recalled, StepRefused):
        assert (calibration.state, first.is_submitted) == (State.BOTH_IN, True)
    else:
        assert recalled is None
        assert (calibration.state, first.is_submitted) == (State.SCORING, False)
        assert events(calibration, "calibration.both_in") == 0


def test_of_ten_moderators_at_once_one_has_the_desk(cast) -> None:
    calibration = both_in(cast)
    people = [
        MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user for _ in range(10)
    ]
    results = together.outcomes(
        *[
            lambda person=person: lease.take_lease(actor=person, calibration=calibration)
            for person in people
        ]
    )
    assert sum(isinstance(result, StepRefused) for result in results) == 9
    calibration.refresh_from_db()
    assert calibration.lease_holder in people
    assert events(calibration, "calibration.moderating") == 1


def test_of_two_decisions_read_at_the_same_version_one_stands(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    criterion = calibration.assessment.framework.criteria.get(code="design.overall")

    def decide(level: int):
        return lambda: moderating.decide(
            actor=cast.moderator,
            calibration=calibration,
            criterion=criterion,
            outcome=Outcome(level, lift="Write it down."),
            read_version=None,
        )

    results = together.outcomes(decide(1), decide(2))
    stale = [result for result in results if isinstance(result, StaleReview)]
    stands = [result for result in results if isinstance(result, Decision)]
    assert (len(stale), len(stands)) == (1, 1)
    assert stale[0].current == stands[0] == Decision.objects.get()
