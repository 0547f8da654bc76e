"""Moderating: the lease, who decides, what a decision needs."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accelerator.models import AuditEvent, Membership, Role
from assessments.models import Criterion
from calibration.assigning.services import assigning
from calibration.desk.services import lease, moderating
from calibration.models import (
    Calibration,
    ConflictOfInterest,
    Decision,
    ReviewRating,
)
from calibration.reviewing.services import reviewing
from calibration.rules.commentary import Outcome, Part
from calibration.rules.problems import StaleReview, StepRefused
from tests.factories.calibration import (
    both_in,
    judgement,
    released,
    review_of,
    scored,
    submit,
    twin,
)
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db

APART = "design.overall"  # coach A little, coach B moderate; the organisation moderate
ALIKE = "design.1"  # both little


def moderated(cast, **levels) -> Calibration:
    return lease.take_lease(actor=cast.moderator, calibration=both_in(cast, **levels))


def criterion(calibration: Calibration, code: str) -> Criterion:
    return calibration.assessment.framework.criteria.get(code=code)


def decide(cast, calibration, code=APART, level=1, actor=None, read_version=None, **words):
    words.setdefault("lift", "Write down one thing you changed.")
    return moderating.decide(
        actor=actor or cast.moderator,
        calibration=calibration,
        criterion=criterion(calibration, code),
        outcome=Outcome(level, **words),
        read_version=read_version,
    )


def another_moderator(cast):
    return MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user


def expire(calibration: Calibration) -> None:
    Calibration.objects.filter(pk=calibration.pk).update(
        lease_expires_at=timezone.now() - timedelta(seconds=1)
    )


# The lease


def test_only_one_has_the_desk_at_a_time(cast) -> None:
    calibration = moderated(cast)
    assert calibration.state == Calibration.State.MODERATING
    assert calibration.lease_holder == cast.moderator
    with pytest.raises(StepRefused, match="Somebody else"):
        lease.take_lease(actor=another_moderator(cast), calibration=calibration)


def test_taking_it_again_lengthens_ones_own_turn(cast) -> None:
    first = moderated(cast)
    again = lease.take_lease(actor=cast.moderator, calibration=first)
    assert again.lease_expires_at > first.lease_expires_at
    assert AuditEvent.objects.filter(action="calibration.moderating").count() == 1


def test_an_expired_turn_can_be_taken_over(cast) -> None:
    calibration = moderated(cast)
    expire(calibration)
    other = another_moderator(cast)
    assert lease.take_lease(actor=other, calibration=calibration).lease_holder == other
    with pytest.raises(StepRefused, match="ended"):
        decide(cast, calibration)
    decide(cast, calibration, actor=other)


def test_a_decision_renews_the_lease(cast) -> None:
    calibration = moderated(cast)
    soon = timezone.now() + timedelta(minutes=1)
    Calibration.objects.filter(pk=calibration.pk).update(lease_expires_at=soon)
    decide(cast, calibration)
    calibration.refresh_from_db()
    assert calibration.lease_expires_at > soon


def test_it_can_be_given_back_by_its_holder_only(cast) -> None:
    calibration = moderated(cast)
    other = another_moderator(cast)
    with pytest.raises(StepRefused, match="Somebody else"):
        lease.give_back_lease(actor=other, calibration=calibration)
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    calibration.refresh_from_db()
    assert calibration.lease_holder is None
    assert lease.take_lease(actor=other, calibration=calibration).lease_holder == other


@pytest.mark.parametrize("bring", [scored, released])
def test_there_is_no_desk_before_both_are_in_or_after_release(cast, bring) -> None:
    with pytest.raises(StepRefused):
        lease.take_lease(actor=cast.moderator, calibration=bring(cast))


# Who decides


def test_nobody_decides_without_the_desk(cast) -> None:
    calibration = both_in(cast)
    with pytest.raises(StepRefused, match="not being moderated"):
        decide(cast, calibration)
    lease.take_lease(actor=cast.moderator, calibration=calibration)
    with pytest.raises(StepRefused, match="ended"):
        decide(cast, calibration, actor=another_moderator(cast))
    expire(calibration)
    with pytest.raises(StepRefused, match="ended"):
        decide(cast, calibration)
    assert not Decision.objects.exists()


def test_a_coach_of_it_cannot_moderate(cast) -> None:
    calibration = both_in(cast)
    MembershipFactory(user=cast.coach_a, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    with pytest.raises(StepRefused, match="coach"):
        lease.take_lease(actor=cast.coach_a, calibration=calibration)


def test_nor_a_coach_who_was_taken_off(cast) -> None:
    calibration = both_in(cast)
    new = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    review = assigning.withdraw_review(
        actor=cast.hub,
        review=review_of(calibration, cast.coach_b),
        reason="Ill",
        replacement=new,
    )
    for rating in review.ratings.select_related("criterion", "review"):
        reviewing.save_judgement(rating=rating, read_version=0, judgement=judgement(1))
    submit(review)
    with pytest.raises(StepRefused, match="coach"):
        lease.take_lease(actor=cast.coach_b, calibration=calibration)


@pytest.mark.parametrize("tie", ["declared", "member"])
def test_a_tie_to_the_organisation_stops_a_moderator(cast, tie) -> None:
    calibration = both_in(cast)

    def bind() -> None:
        organisation = cast.enrolment.organisation
        if tie == "declared":
            ConflictOfInterest.objects.create(person=cast.moderator, organisation=organisation)
        else:
            Membership.objects.create(
                user=cast.moderator, role=Role.SPONSOR, organisation=organisation
            )

    lease.take_lease(actor=cast.moderator, calibration=calibration)
    bind()
    with pytest.raises(StepRefused, match="conflict"):
        decide(cast, calibration)
    expire(calibration)
    with pytest.raises(StepRefused, match="conflict"):
        lease.take_lease(actor=cast.moderator, calibration=calibration)


# What a decision needs


def test_inside_what_the_coaches_gave_no_rationale_is_needed(cast) -> None:
    calibration = moderated(cast)
    assert decide(cast, calibration, level=2).method == Decision.Method.MODERATED
    assert decide(cast, calibration, ALIKE, 1).method == Decision.Method.CONFIRMED


@pytest.mark.parametrize(
    ("code", "level", "why"),
    [
        (APART, 3, "outside"),
        (APART, 0, "outside"),
        (ALIKE, 2, "agree on another"),
        (APART, None, "judged"),
    ],
)
def test_outside_it_or_against_an_agreement_a_rationale_is(cast, code, level, why) -> None:
    calibration = moderated(cast)
    with pytest.raises(StepRefused, match=why):
        decide(cast, calibration, code, level)
    decision = decide(cast, calibration, code, level, rationale="Both overlooked the minutes.")
    assert (decision.level, decision.method) == (level, Decision.Method.MODERATED)


def test_a_mark_down_says_what_would_lift_it(cast) -> None:
    calibration = moderated(cast)
    with pytest.raises(StepRefused, match="lift"):
        decide(cast, calibration, level=1, lift="")
    assert decide(cast, calibration, level=2, lift="").lift == ""


def test_a_commentary_keeps_who_wrote_what(cast) -> None:
    calibration = moderated(cast)
    a, b = (review_of(calibration, coach).pk for coach in (cast.coach_a, cast.coach_b))
    parts = [Part(b, "Second."), Part(None, ""), Part(a, "First, changed.", True), Part(None, "So")]
    decision = decide(cast, calibration, parts=parts)
    assert decision.commentary == "Second.\n\nFirst, changed.\n\nSo"
    kept = list(decision.parts.values_list("review", "text", "edited"))
    assert kept == [(b, "Second.", False), (a, "First, changed.", True), (None, "So", False)]


def test_a_decision_made_elsewhere_meanwhile_is_not_overwritten(cast) -> None:
    calibration = moderated(cast)
    first = decide(cast, calibration, level=2)
    with pytest.raises(StaleReview) as stale, transaction.atomic():
        decide(cast, calibration, level=1)
    assert stale.value.current == first
    decide(cast, calibration, level=1, read_version=first.row_version)
    first.refresh_from_db()
    assert (first.level, first.row_version) == (1, 1)


def test_a_decision_on_something_not_yet_read_is_refused(cast) -> None:
    calibration = moderated(cast)
    with pytest.raises(StaleReview):
        moderating.decide(
            actor=cast.moderator,
            calibration=calibration,
            criterion=criterion(calibration, APART),
            outcome=Outcome(1, lift="Words."),
            read_version=None,
            read_inputs="0" * 64,
        )


def test_no_decision_edits_a_review(cast) -> None:
    calibration = both_in(cast)
    before = list(ReviewRating.objects.order_by("pk").values())
    lease.take_lease(actor=cast.moderator, calibration=calibration)
    decide(cast, calibration, level=3, rationale="Why.", parts=[Part(None, "Mine.")])
    moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    assert list(ReviewRating.objects.order_by("pk").values()) == before
    rating = ReviewRating.objects.select_related("review").first()
    with pytest.raises(reviewing.ReviewLocked):
        reviewing.save_judgement(rating=rating, read_version=rating.version, judgement=judgement(3))


def confirming(cast, second) -> tuple[int, int]:
    """How many agreements are confirmed, and in how many statements."""
    calibration = lease.take_lease(
        actor=cast.moderator, calibration=both_in(cast, first=1, second=second)
    )
    with CaptureQueriesContext(connection) as found:
        count = moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    assert (
        AuditEvent.objects.filter(
            action="decision.made", target=f"calibration.calibration:{calibration.pk}"
        ).count()
        == count
    )
    return count, len(found)


def test_many_agreements_cost_what_few_do(cast) -> None:
    few, short = confirming(cast, second=lambda position: 1 if position < 3 else 2)
    many, long = confirming(twin(cast), second=lambda position: 2 if position < 3 else 1)
    assert 1 < few < many < 30
    assert short == long
