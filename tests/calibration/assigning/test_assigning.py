"""Seating coaches: two institutions, no ties, practice where it is asked for, and blind."""

import pytest
from django.db import transaction

from accelerator.models import AuditEvent, Membership, OutgoingMail, Role
from calibration.assigning.queries.coaches import coach_loads, suggested_pair
from calibration.assigning.queries.eligibility import all_coaches, free_coaches, reasons_at
from calibration.assigning.services import assigning, conflicts, settings
from calibration.assigning.services.pairing import PairsRefused, assign_pairs
from calibration.models import (
    Calibration,
    Decision,
    PracticeAttempt,
    PracticeCase,
    Review,
    ReviewRating,
)
from calibration.releasing.services import releasing
from calibration.reviewing.services import practice
from calibration.rules.problems import StepRefused
from tests.factories.assessment import started, submitted
from tests.factories.calibration import (
    assigned,
    both_in,
    rate_review,
    released,
    review_of,
    scored,
    submit,
)
from tests.factories.programme import EnrolmentFactory, InstitutionFactory, MembershipFactory

State = Calibration.State


@pytest.fixture
def unassigned(cast) -> Calibration:
    assessment = submitted(cast.enrolment, cast.lead)
    return assigning.open_calibration(actor=cast.hub, assessment=assessment)


def a_coach(name: str = "Third Coach", institution=None):
    return MembershipFactory(
        user__name=name, role=Role.COACH, institution=institution or InstitutionFactory()
    ).user


def seat(cast, calibration, *coaches):
    return assigning.assign_coaches(actor=cast.hub, calibration=calibration, coaches=coaches)


def a_case(calibration) -> PracticeCase:
    criterion = calibration.assessment.framework.criteria.first()
    return PracticeCase.objects.create(
        slug="case", criterion=criterion, title="A case", self_level=2, settled_level=1
    )


def test_only_what_is_handed_in_is_opened_and_once(cast) -> None:
    draft = started(cast.enrolment, cast.lead)
    with pytest.raises(StepRefused, match="not handed in"):
        assigning.open_calibration(actor=cast.hub, assessment=draft)
    assessment = submitted(cast.other, cast.outsider)
    first = assigning.open_calibration(actor=cast.hub, assessment=assessment)
    assert assigning.open_calibration(actor=cast.hub, assessment=assessment) == first
    assert AuditEvent.objects.filter(action="calibration.opened").count() == 1
    assert first.due_on == cast.enrolment.cohort.calibrate_due


def test_both_are_seated_told_and_given_every_criterion(cast, unassigned) -> None:
    row = seat(cast, unassigned, cast.coach_a, cast.coach_b)
    assert row.state == State.ASSIGNED
    assert [review.coach for review in row.reviews.order_by("seat")] == [cast.coach_a, cast.coach_b]
    assert ReviewRating.objects.filter(review__calibration=row).count() == 60
    to = OutgoingMail.objects.filter(subject__startswith="A framework to review")
    assert {mail.to for mail in to} == {cast.coach_a.email, cast.coach_b.email}


def test_the_same_institution_is_refused(cast, unassigned) -> None:
    institution = cast.coach_a.memberships.get().institution
    colleague = a_coach("Colleague", institution)
    with pytest.raises(StepRefused, match="different institutions"):
        seat(cast, unassigned, cast.coach_a, colleague)
    unassigned.refresh_from_db()
    assert unassigned.state == State.UNASSIGNED
    assert not Review.objects.exists()


def test_the_same_person_twice_is_refused(cast, unassigned) -> None:
    with pytest.raises(StepRefused, match="two different coaches"):
        seat(cast, unassigned, cast.coach_a, cast.coach_a)


def test_a_conflict_of_interest_is_refused(cast, unassigned) -> None:
    conflicts.declare_conflict(
        person=cast.coach_b, organisation=cast.enrolment.organisation, reason=""
    )
    with pytest.raises(StepRefused, match="conflict of interest"):
        seat(cast, unassigned, cast.coach_a, cast.coach_b)


def test_the_organisations_own_people_are_refused(cast, unassigned) -> None:
    Membership.objects.create(
        user=cast.coach_b, role=Role.MEMBER, organisation=cast.enrolment.organisation
    )
    with pytest.raises(StepRefused, match="conflict of interest"):
        seat(cast, unassigned, cast.coach_a, cast.coach_b)


def test_somebody_who_is_nobodys_coach_is_refused(cast, unassigned) -> None:
    with pytest.raises(StepRefused, match="not a coach"):
        seat(cast, unassigned, cast.coach_a, cast.stranger)


def test_practice_is_asked_for_where_the_cohort_does(cast, unassigned) -> None:
    case = a_case(unassigned)
    settings.save_settings(
        actor=cast.hub, cohort=cast.enrolment.cohort, hide_self_level=False, require_practice=True
    )
    with pytest.raises(StepRefused, match="practice cases"):
        seat(cast, unassigned, cast.coach_a, cast.coach_b)
    for coach in (cast.coach_a, cast.coach_b):
        practice.attempt(actor=coach, case=case, level=0, reason="")
    assert PracticeAttempt.objects.count() == 2
    assert seat(cast, unassigned, cast.coach_a, cast.coach_b).state == State.ASSIGNED


def test_assigning_twice_is_refused(cast, unassigned) -> None:
    seat(cast, unassigned, cast.coach_a, cast.coach_b)
    with pytest.raises(StepRefused, match="coaches already"):
        seat(cast, unassigned, cast.coach_a, a_coach())
    assert Review.objects.count() == 2


def test_a_replacement_begins_afresh_and_the_old_ratings_stay(cast) -> None:
    calibration = scored(cast)
    old = review_of(calibration, cast.coach_a)
    third = a_coach()
    new = assigning.withdraw_review(
        actor=cast.hub, review=old, reason="Ill for a month", replacement=third
    )
    old.refresh_from_db()
    assert (old.state, old.withdrawn_reason) == (Review.State.WITHDRAWN, "Ill for a month")
    assert old.ratings.answered().count() == 30
    assert (new.seat, new.ratings.answered().count(), new.ratings.count()) == ("first", 0, 30)


def test_a_replacement_comes_from_a_third_institution(cast) -> None:
    calibration = assigned(cast)
    partner = cast.coach_b.memberships.get().institution
    with pytest.raises(StepRefused, match="different institutions"):
        assigning.withdraw_review(
            actor=cast.hub,
            review=review_of(calibration, cast.coach_a),
            reason="Ill",
            replacement=a_coach("Colleague", partner),
        )
    assert review_of(calibration, cast.coach_a).is_open


def test_an_empty_seat_is_filled_once(cast) -> None:
    calibration = assigned(cast)
    with pytest.raises(StepRefused, match="No seat is empty"):
        assigning.fill_seat(actor=cast.hub, calibration=calibration, coach=a_coach("Nobody"))
    assigning.withdraw_review(
        actor=cast.coach_b, review=review_of(calibration, cast.coach_b), reason="Recused"
    )
    review = assigning.fill_seat(actor=cast.hub, calibration=calibration, coach=a_coach())
    assert review.seat == Review.Seat.SECOND


def test_a_coach_taken_off_by_mistake_may_come_back_before_both_are_in(cast) -> None:
    calibration = assigned(cast)
    assigning.withdraw_review(
        actor=cast.hub, review=review_of(calibration, cast.coach_b), reason="A mistake"
    )
    back = assigning.fill_seat(actor=cast.hub, calibration=calibration, coach=cast.coach_b)
    assert back.is_open


def test_who_has_read_the_others_cannot_come_back(cast) -> None:
    calibration = both_in(cast)
    assigning.withdraw_review(
        actor=cast.hub, review=review_of(calibration, cast.coach_b), reason="Moved away"
    )
    calibration.refresh_from_db()
    assert calibration.state == State.SCORING
    with pytest.raises(StepRefused, match="cannot review it blind"):
        assigning.fill_seat(actor=cast.hub, calibration=calibration, coach=cast.coach_b)
    moderator_too = a_coach("Moderates too")
    Membership.objects.create(user=moderator_too, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    with pytest.raises(StepRefused, match="cannot review it blind"):
        assigning.fill_seat(actor=cast.hub, calibration=calibration, coach=moderator_too)


def test_the_third_coach_is_a_third_person_for_some_criteria(cast) -> None:
    calibration = both_in(cast)
    codes = ["design.1", "monitor.3"]
    with pytest.raises(StepRefused, match="already"):
        assigning.ask_third_coach(
            actor=cast.hub, calibration=calibration, coach=cast.coach_a, codes=codes
        )
    # A third may share an institution with one of the two: only the main seats must differ.
    third = a_coach("Third", cast.coach_a.memberships.get().institution)
    review = assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=third, codes=codes
    )
    assert set(review.ratings.values_list("criterion__code", flat=True)) == set(codes)
    calibration.refresh_from_db()
    assert calibration.state == State.BOTH_IN


def test_a_replaced_third_coach_hands_on_the_same_criteria(cast) -> None:
    calibration = both_in(cast)
    review = assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=a_coach(), codes=["design.1"]
    )
    new = assigning.withdraw_review(
        actor=cast.hub, review=review, reason="Ill", replacement=a_coach("Fourth")
    )
    assert [rating.criterion.code for rating in new.ratings.all()] == ["design.1"]
    calibration.refresh_from_db()
    assert calibration.state == State.BOTH_IN


def test_a_third_coach_comes_only_once_both_are_in(cast) -> None:
    calibration = scored(cast)
    with pytest.raises(StepRefused, match="once both reviews are in"):
        assigning.ask_third_coach(
            actor=cast.hub, calibration=calibration, coach=a_coach(), codes=["design.1"]
        )


def test_a_new_partner_closes_the_comparison_until_they_submit(cast) -> None:
    calibration = both_in(cast)
    third = a_coach()
    new = assigning.withdraw_review(
        actor=cast.hub,
        review=review_of(calibration, cast.coach_b),
        reason="Moved",
        replacement=third,
    )
    assert not ReviewRating.objects.visible_to(third).exclude(review=new).exists()
    rate_review(new, 1)
    submit(new)
    calibration.refresh_from_db()
    assert calibration.state == State.BOTH_IN


def test_a_conflict_declared_later_takes_the_coach_off(cast) -> None:
    calibration = scored(cast)
    conflicts.declare_conflict(
        person=cast.coach_a, organisation=cast.enrolment.organisation, reason="A new job"
    )
    assert not Review.objects.current().filter(coach=cast.coach_a).exists()
    assert Review.objects.get(coach=cast.coach_a).ratings.answered().count() == 30
    assert review_of(calibration, cast.coach_b).is_open


def test_many_pairs_are_assigned_together_or_not_at_all(cast) -> None:
    one, two = submitted(cast.enrolment, cast.lead), submitted(cast.other, cast.outsider)
    conflicts.declare_conflict(person=cast.coach_b, organisation=cast.other.organisation, reason="")
    third = a_coach()
    with pytest.raises(PairsRefused) as refusal:
        assign_pairs(
            actor=cast.hub,
            pairs={one: (cast.coach_a, cast.coach_b), two: (cast.coach_a, cast.coach_b)},
        )
    assert list(refusal.value.reasons) == [two.pk]
    assert "conflict of interest" in refusal.value.reasons[two.pk]
    assert not Review.objects.exists()
    assert not OutgoingMail.objects.filter(subject__startswith="A framework").exists()
    pairs = {one: (cast.coach_a, cast.coach_b), two: (cast.coach_a, third)}
    assert assign_pairs(actor=cast.hub, pairs=pairs) == 2
    assert Calibration.objects.filter(state=State.ASSIGNED).count() == 2


def test_an_inactive_account_is_refused(cast, unassigned) -> None:
    cast.coach_b.is_active = False
    cast.coach_b.save()
    with pytest.raises(StepRefused, match="no active account"):
        seat(cast, unassigned, cast.coach_a, cast.coach_b)


def test_a_coach_is_not_their_own_replacement(cast) -> None:
    calibration = assigned(cast)
    review = review_of(calibration, cast.coach_a)
    with pytest.raises(StepRefused, match="already"):
        assigning.withdraw_review(
            actor=cast.hub, review=review, reason="Ill", replacement=cast.coach_a
        )
    assert review_of(calibration, cast.coach_a) == review


def test_there_is_one_third_coach(cast) -> None:
    calibration = both_in(cast)
    asking = {"actor": cast.hub, "calibration": calibration, "codes": ["design.1"]}
    assigning.ask_third_coach(coach=a_coach("Third"), **asking)
    with pytest.raises(StepRefused, match="third coach is here already"):
        assigning.ask_third_coach(coach=a_coach("Fourth"), **asking)


def test_what_a_page_offers_the_service_takes(cast) -> None:
    """Whoever decided, released or has the desk is offered nowhere, as the service refuses them."""
    calibration = released(cast)
    releasing.reopen(actor=cast.hub, calibration=calibration, reason="A slip")
    decided = a_coach("Decided")
    Decision.objects.filter(calibration=calibration, version=2).update(decided_by=decided)
    a_coach("Free")
    everybody = all_coaches()
    calibration.refresh_from_db()
    against = reasons_at(calibration, everybody, seat=Review.Seat.THIRD)
    assert against[decided.pk] == "may have read the other reviews already"
    for one in everybody:
        refused = False
        try:
            with transaction.atomic():
                assigning.ask_third_coach(
                    actor=cast.hub, calibration=calibration, coach=one.user, codes=["design.1"]
                )
                transaction.set_rollback(True)
        except StepRefused:
            refused = True
        assert refused == (one.user.pk in against), one.user


def test_only_coaches_of_the_cohorts_institutions_are_asked_where_some_are_named(
    cast, unassigned
) -> None:
    """None named: every coach. A coach who reviews already stays, and is offered no more."""
    cohort = cast.enrolment.cohort
    third, fourth = a_coach(), a_coach("Fourth Coach")
    everybody = {cast.coach_a, cast.coach_b, third, fourth}
    assert {one.user for one in coach_loads(cohort)} == everybody
    seat(cast, unassigned, cast.coach_a, cast.coach_b)

    cohort.institutions.set(
        [one.memberships.get().institution for one in (cast.coach_b, third, fourth)]
    )
    loads = coach_loads(cohort)
    assert {one.user for one in loads} == everybody
    assert not review_of(unassigned, cast.coach_a).is_withdrawn
    other = assigning.open_calibration(
        actor=cast.hub, assessment=submitted(cast.other, cast.outsider)
    )
    why = reasons_at(other, loads)
    assert why == {cast.coach_a.pk: "comes from an institution that this cohort does not ask"}
    assert cast.coach_a.pk not in suggested_pair(other.assessment, loads, cohort)
    assert cast.coach_a not in {one.user for one in free_coaches(other, seat="third")}
    with pytest.raises(StepRefused, match="whose coaches this cohort does not ask"):
        seat(cast, other, cast.coach_a, third)
    seat(cast, other, third, fourth)
    elsewhere = EnrolmentFactory()
    assert {one.user for one in coach_loads(elsewhere.cohort)} == everybody


def test_a_coach_of_another_institution_is_in_no_list(cast) -> None:
    cast.enrolment.cohort.institutions.add(cast.coach_b.memberships.get().institution)
    assert [one.user for one in coach_loads(cast.enrolment.cohort)] == [cast.coach_b]
