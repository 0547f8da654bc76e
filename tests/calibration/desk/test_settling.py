"""The coaches' own accord: two signatures under the same content decide a criterion."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accelerator.models import Role
from calibration.assigning.services import assigning
from calibration.desk.services import lease, moderating, settling
from calibration.models import Calibration, Decision, Proposal, ReviewRating
from calibration.rules.commentary import Outcome, Part
from calibration.rules.problems import StepRefused
from tests.factories.calibration import (
    both_in,
    rate_review,
    released,
    review_of,
    scored,
    submit,
)
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db

APART = "design.overall"
State = Calibration.State


def criterion(calibration: Calibration, code: str = APART):
    return calibration.assessment.framework.criteria.get(code=code)


def propose(calibration: Calibration, coach, level: int = 1, code: str = APART, **words):
    review = review_of(calibration, coach)
    outcome = Outcome(
        level,
        parts=[Part(review.pk, words.get("text", "We both read the registers."))],
        lift=words.get("lift", "Write it down."),
    )
    return settling.propose(
        actor=coach, review=review, criterion=criterion(calibration, code), outcome=outcome
    )


def sign(calibration: Calibration, coach, proposal: Proposal, content: str | None = None):
    return settling.sign(
        actor=coach,
        review=review_of(calibration, coach),
        proposal=proposal,
        content=content or proposal.content,
    )


def a_coach():
    return MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user


def test_the_other_coachs_signature_decides_it(cast) -> None:
    calibration = both_in(cast)
    reviews = list(ReviewRating.objects.order_by("pk").values())
    proposal = propose(calibration, cast.coach_a)
    assert not Decision.objects.exists()
    decision = sign(calibration, cast.coach_b, proposal)
    assert (decision.level, decision.method) == (1, Decision.Method.COACHES)
    assert decision.commentary == "We both read the registers."
    assert [part.review.coach for part in decision.parts.all()] == [cast.coach_a]
    signed = set(proposal.signatures.values_list("review__coach", "content"))
    assert signed == {(c.pk, proposal.content) for c in (cast.coach_a, cast.coach_b)}
    calibration.refresh_from_db()
    assert calibration.state == State.MODERATING
    assert list(ReviewRating.objects.order_by("pk").values()) == reviews


def test_the_last_one_settled_makes_it_agreed(cast) -> None:
    calibration = both_in(cast, first=1, second=1)
    codes = calibration.assessment.framework.criteria.values_list("code", flat=True)
    for code in codes:
        sign(calibration, cast.coach_b, propose(calibration, cast.coach_a, code=code))
    calibration.refresh_from_db()
    assert calibration.state == State.AGREED


@pytest.mark.parametrize(
    "change",
    [{"level": 2}, {"text": "We both read the minutes."}, {"lift": "Another thing."}],
)
def test_every_word_is_in_the_hash(cast, change) -> None:
    calibration = both_in(cast)
    first = propose(calibration, cast.coach_a)
    other = propose(calibration, cast.coach_a, **change)
    assert propose(calibration, cast.coach_a).content == first.content
    assert other.content != first.content


def test_a_signature_under_something_else_is_refused(cast) -> None:
    calibration = both_in(cast)
    proposal = propose(calibration, cast.coach_a)
    with pytest.raises(StepRefused, match="not the one you were shown"):
        sign(calibration, cast.coach_b, proposal, content="0" * 64)
    newer = propose(calibration, cast.coach_a, text="Other words.")
    with pytest.raises(StepRefused, match="newer"):
        sign(calibration, cast.coach_b, proposal)
    assert not Decision.objects.exists()
    assert sign(calibration, cast.coach_b, newer).commentary == "Other words."


def test_nobody_signs_their_own(cast) -> None:
    calibration = both_in(cast)
    proposal = propose(calibration, cast.coach_a)
    with pytest.raises(StepRefused, match="You made"):
        sign(calibration, cast.coach_a, proposal)


@pytest.mark.parametrize(("code", "level"), [(APART, 0), (APART, 3), ("design.1", 2)])
def test_a_level_outside_theirs_is_for_a_moderator(cast, code, level) -> None:
    calibration = both_in(cast)
    with pytest.raises(StepRefused, match="needs a moderator"):
        propose(calibration, cast.coach_a, level, code)


def test_a_mark_down_says_what_would_lift_it(cast) -> None:
    with pytest.raises(StepRefused, match="lift"):
        propose(both_in(cast), cast.coach_a, lift="")


@pytest.mark.parametrize("bring", [scored, released])
def test_only_between_both_in_and_agreed(cast, bring) -> None:
    calibration = bring(cast)
    with pytest.raises(StepRefused):
        propose(calibration, cast.coach_a)


def test_a_moderator_at_work_comes_first(cast) -> None:
    calibration = both_in(cast)
    proposal = propose(calibration, cast.coach_a)
    lease.take_lease(actor=cast.moderator, calibration=calibration)
    with pytest.raises(StepRefused, match="at work"):
        sign(calibration, cast.coach_b, proposal)
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=criterion(calibration),
        outcome=Outcome(2),
        read_version=None,
    )
    Calibration.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(StepRefused, match="A moderator has decided"):
        sign(calibration, cast.coach_b, proposal)
    with pytest.raises(StepRefused, match="A moderator has decided"):
        propose(calibration, cast.coach_b)
    assert Decision.objects.get().level == 2


def test_the_coaches_may_settle_anew_what_they_settled(cast) -> None:
    calibration = both_in(cast)
    sign(calibration, cast.coach_b, propose(calibration, cast.coach_a))
    sign(calibration, cast.coach_a, propose(calibration, cast.coach_b, 2))
    decision = Decision.objects.get()
    assert (decision.level, decision.row_version) == (2, 1)


def test_a_third_coach_and_a_stranger_do_not_settle(cast) -> None:
    calibration = both_in(cast)
    proposal = propose(calibration, cast.coach_a)
    third = assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=a_coach(), codes=[APART]
    )
    rate_review(third, 1)
    submit(third)
    with pytest.raises(StepRefused, match="Only the two coaches"):
        sign(calibration, third.coach, proposal)
    with pytest.raises(StepRefused, match="Only the two coaches"):
        settling.sign(
            actor=cast.moderator,
            review=review_of(calibration, cast.coach_b),
            proposal=proposal,
            content=proposal.content,
        )


def test_a_proposal_of_a_coach_who_was_taken_off_is_void(cast) -> None:
    calibration = both_in(cast)
    proposal = propose(calibration, cast.coach_a)
    new = assigning.withdraw_review(
        actor=cast.hub,
        review=review_of(calibration, cast.coach_a),
        reason="Ill",
        replacement=a_coach(),
    )
    with pytest.raises(StepRefused):
        sign(calibration, cast.coach_b, proposal)
    rate_review(new, 1)
    submit(new)
    with pytest.raises(StepRefused, match="taken off"):
        sign(calibration, cast.coach_b, proposal)


def test_a_proposal_that_left_the_range_is_void(cast) -> None:
    calibration = both_in(cast)
    proposal = propose(calibration, cast.coach_a, 2)
    new = assigning.withdraw_review(
        actor=cast.hub,
        review=review_of(calibration, cast.coach_b),
        reason="Ill",
        replacement=a_coach(),
    )
    rate_review(new, 1)
    submit(new)
    with pytest.raises(StepRefused, match="needs a moderator"):
        sign(calibration, new.coach, proposal)


def test_proposals_and_signatures_are_append_only(cast) -> None:
    proposal = propose(both_in(cast), cast.coach_a)
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(level=3)
    with pytest.raises(DatabaseError), transaction.atomic():
        proposal.signatures.all().delete()
