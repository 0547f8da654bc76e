"""Agreed exactly when every decision is made and fresh; what makes one stale; what is released."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accelerator.core.constraints import violated
from accelerator.models import AuditEvent, Role
from assessments.evidence import tidying
from calibration.assigning.services import assigning
from calibration.desk.queries.desk import desk_of
from calibration.desk.queries.inputs import input_hashes, submitted_ratings
from calibration.desk.queries.staleness import what_changed
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, CommentaryPart, Decision, Release
from calibration.releasing.services import releasing
from calibration.reviewing.services import requests, reviewing
from calibration.rules.commentary import Outcome, Part
from calibration.rules.problems import StepRefused
from tests.factories.assessment import note, rate_all, started
from tests.factories.calibration import (
    agreed,
    assigned,
    both_in,
    judgement,
    rate_review,
    released,
    review_of,
    submit,
)
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db

State = Calibration.State


def state(calibration: Calibration) -> str:
    return Calibration.objects.values_list("state", flat=True).get(pk=calibration.pk)


def stale(calibration: Calibration) -> set[str]:
    calibration.refresh_from_db()
    desk = desk_of(calibration, calibration.assessment.submitted_by)
    return {item.criterion.code for item in desk.items if item.is_stale}


def reasons(calibration: Calibration, code: str) -> list[str]:
    decision = Decision.objects.get(
        calibration=calibration, version=calibration.version, criterion__code=code
    )
    return [line.partition(" on ")[0] for line in what_changed(calibration, decision)]


def decide(cast, calibration: Calibration, code: str, **words) -> Decision:
    criterion = calibration.assessment.framework.criteria.get(code=code)
    current = Decision.objects.filter(
        calibration=calibration, version=calibration.version, criterion=criterion
    ).first()
    return moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=criterion,
        outcome=Outcome(1, lift="Write it down.", **words),
        read_version=current.row_version if current else None,
    )


def third_coach(cast, calibration: Calibration, *codes: str):
    coach = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    return assigning.ask_third_coach(
        actor=cast.moderator, calibration=calibration, coach=coach, codes=codes
    )


def test_agreed_comes_with_the_last_decision_and_not_before(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    assert moderating.confirm_agreements(actor=cast.moderator, calibration=calibration) == 24
    left = {item.criterion.code for item in desk_of(calibration, cast.moderator).undecided}
    assert len(left) == 6
    assert state(calibration) == State.MODERATING
    assert "design.overall" in left
    for number, code in enumerate(sorted(left), start=1):
        decide(cast, calibration, code)
        assert state(calibration) == (State.AGREED if number == 6 else State.MODERATING)
    calibration.refresh_from_db()
    assert calibration.lease_holder is None
    assert AuditEvent.objects.filter(action="calibration.agreed").count() == 1


def test_confirming_agreements_keeps_both_coaches_words(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    decision = Decision.objects.filter(criterion__code="design.1").get()
    assert decision.method == Decision.Method.CONFIRMED
    assert [part.review.coach for part in decision.parts.order_by("position")] == [
        cast.coach_a,
        cast.coach_b,
    ]
    assert decision.lift == "Write down one thing you changed."
    assert moderating.confirm_agreements(actor=cast.moderator, calibration=calibration) == 0


def test_the_desk_taken_again_and_given_back_is_agreed_again(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=agreed(cast))
    assert calibration.state == State.MODERATING
    with pytest.raises(StepRefused):
        releasing.release(actor=cast.hub, calibration=calibration)
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    assert state(calibration) == State.AGREED


def test_an_expired_turn_over_nothing_left_to_decide_can_be_ended_by_another(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=agreed(cast))
    Calibration.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    other = MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user
    lease.give_back_lease(actor=other, calibration=calibration)
    assert state(calibration) == State.AGREED


def test_a_third_coachs_review_makes_what_it_is_about_stale(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    decide(cast, calibration, "design.overall")
    decide(cast, calibration, "deliver.overall")
    review = third_coach(cast, calibration, "design.overall")
    assert stale(calibration) == set()
    rate_review(review, 2)
    submit(review)
    assert stale(calibration) == {"design.overall"}
    assert reasons(calibration, "design.overall") == ["Coach C’s review came in"]
    moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    for item in desk_of(calibration, cast.moderator).undecided:
        assert state(calibration) == State.MODERATING
        decide(cast, calibration, item.criterion.code)
    assert state(calibration) == State.AGREED
    assert stale(calibration) == set()


def test_so_does_taking_the_third_coach_off_again(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    review = third_coach(cast, calibration, "design.overall")
    rate_review(review, 2)
    submit(review)
    decide(cast, calibration, "design.overall")
    assigning.withdraw_review(actor=cast.hub, review=review, reason="Knew them after all")
    assert stale(calibration) == {"design.overall"}
    assert reasons(calibration, "design.overall") == ["Coach C was taken off"]


@pytest.mark.parametrize("code", ["design.2", None])
def test_an_answer_from_the_organisation_does_and_stops_the_release(cast, code) -> None:
    calibration = agreed(cast)
    criterion = code and calibration.assessment.framework.criteria.get(code=code)
    asked = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question="Which term?", criterion=criterion
    )
    assert stale(calibration) == set()
    requests.answer_request(actor=cast.lead, request=asked, answer="The autumn term.")
    found = stale(calibration)
    assert found == {code} if code else len(found) == 30
    assert reasons(calibration, "design.2") == ["The organisation answered a question for evidence"]
    with pytest.raises(StepRefused, match="changed since"):
        releasing.release(actor=cast.hub, calibration=calibration)
    assert not Release.objects.exists()


def test_and_evidence_that_is_withdrawn(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.get(criterion__code="design.2"))
    rate_all(assessment, cast.lead)
    calibration = agreed(cast)
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody")
    assert stale(calibration) == {"design.2"}
    assert reasons(calibration, "design.2") == ["A piece of evidence was withdrawn"]


def test_a_decision_carried_into_the_next_version_says_what_changed_before_it(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.get(criterion__code="design.2"))
    rate_all(assessment, cast.lead)
    calibration = released(cast)
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody")
    releasing.reopen(actor=cast.hub, calibration=calibration, reason="A slip in one level")
    assert stale(calibration) == {"design.2"}
    assert reasons(calibration, "design.2") == ["A piece of evidence was withdrawn"]


def test_what_is_released_is_locked_in_the_database(cast) -> None:
    calibration = released(cast)
    decision = calibration.decisions.first()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(level=3)
    assert violated(refused.value) == "decision_locked"
    with pytest.raises(IntegrityError, match="released and locked"), transaction.atomic():
        decision.save()
    release = calibration.releases.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(snapshot={})
    releasing.reopen(actor=cast.hub, calibration=calibration, reason="A slip")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(level=3)
    assert violated(refused.value) == "decision_locked"
    calibration.refresh_from_db()
    calibration.decisions.filter(version=2).update(rationale="Version 2 may change.")


def test_a_released_version_is_not_decided_again(cast) -> None:
    calibration = released(cast)
    with pytest.raises(StepRefused):
        lease.take_lease(actor=cast.moderator, calibration=calibration)
    with pytest.raises(StepRefused):
        decide(cast, calibration, "design.1")
    assert review_of(calibration, cast.coach_a).is_submitted


def test_the_commentary_of_a_release_is_locked_by_the_database(cast) -> None:
    calibration = released(cast)
    part = CommentaryPart.objects.filter(decision__calibration=calibration).first()
    for change in (
        lambda: CommentaryPart.objects.filter(pk=part.pk).update(text="Other words."),
        lambda: CommentaryPart.objects.filter(pk=part.pk).delete(),
    ):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            change()
        assert violated(refused.value) == "commentary_part_locked"


def test_a_level_the_framework_lacks_is_refused_by_the_database(cast) -> None:
    """And is not taken for a lock: a coach's save says so too."""
    rating = review_of(assigned(cast), cast.coach_a).ratings.get(criterion__code="design.1")
    with pytest.raises(IntegrityError) as refused:
        reviewing.save_judgement(rating=rating, read_version=0, judgement=judgement(4))
    assert violated(refused.value) == "calibration_reviewrating_level_of_criterion"


def test_withdrawing_what_answered_a_question_makes_a_decision_stale(cast) -> None:
    calibration = both_in(cast)
    request = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question="May we see a register?"
    )
    piece = note(cast.enrolment, cast.lead)
    requests.answer_request(
        actor=cast.lead, request=request, answer="Here it is.", evidence=[piece]
    )
    before = input_hashes(calibration, submitted_ratings(calibration))
    tidying.withdraw(actor=cast.lead, evidence=piece, reason="It named somebody.")
    after = input_hashes(calibration, submitted_ratings(calibration))
    assert all(before[criterion] != after[criterion] for criterion in before)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", 3),
        ("commentary", "Other words."),
        ("lift", "Show one more register."),
        ("cannot_judge_reason", "It does not open."),
        ("review_id", 0),
    ],
)
def test_whatever_a_coach_gives_is_in_the_hash(cast, field, value) -> None:
    calibration = both_in(cast)
    ratings = submitted_ratings(calibration)
    one = calibration.assessment.framework.criteria.get(code="design.1").pk
    before = input_hashes(calibration, ratings)
    setattr(ratings[one][0], field, value)
    after = input_hashes(calibration, ratings)
    assert {pk for pk in before if before[pk] != after[pk]} == {one}


def test_reopening_keeps_whose_words_they_are_and_that_they_were_changed(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    first = review_of(calibration, cast.coach_a)
    parts = [Part(first.pk, "Their words, changed.", edited=True), Part(None, "The moderator’s.")]
    decide(cast, calibration, "design.1", parts=parts)
    for item in desk_of(calibration, cast.moderator).undecided:
        decide(cast, calibration, item.criterion.code)
    calibration.refresh_from_db()
    releasing.release(actor=cast.hub, calibration=calibration)
    releasing.reopen(actor=cast.hub, calibration=calibration, reason="A slip")
    found = CommentaryPart.objects.filter(decision__criterion__code="design.1")
    told = ("position", "review", "text", "edited")
    one, two = (
        list(found.filter(decision__version=version).values_list(*told)) for version in (1, 2)
    )
    assert one == two
    assert one == [
        (0, first.pk, "Their words, changed.", True),
        (1, None, "The moderator’s.", False),
    ]
