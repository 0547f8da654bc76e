"""The desk of a version that began with every decision made stays open until it is finished."""

import pytest
from django.urls import reverse

from accelerator.models import AuditEvent
from calibration.desk.queries.desk import desk_of
from calibration.desk.services import lease, moderating, settling
from calibration.models import Calibration, Decision
from calibration.releasing.services import releasing
from calibration.rules.commentary import Outcome, Part
from tests.factories.calibration import agreed, both_in, released, review_of
from tests.markup import page

pytestmark = pytest.mark.django_db
State = Calibration.State


def change(cast, calibration: Calibration, code: str, level: int = 1) -> Decision:
    criterion = calibration.assessment.framework.criteria.get(code=code)
    current = Decision.objects.get(
        calibration=calibration, version=calibration.version, criterion=criterion
    )
    return moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=criterion,
        outcome=Outcome(level, [Part(None, "Changed.")], lift="Write it down.", rationale="Why."),
        read_version=current.row_version,
    )


def reopened(cast) -> Calibration:
    calibration = released(cast)
    return releasing.reopen(actor=cast.hub, calibration=calibration, reason="Three slips")


def test_three_changes_in_one_sitting_after_reopening(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=reopened(cast))
    for code in ("design.1", "design.2", "deliver.overall"):
        change(cast, calibration, code)
        calibration.refresh_from_db()
        assert calibration.state == State.MODERATING
        assert calibration.lease_holder == cast.moderator
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    calibration.refresh_from_db()
    assert calibration.state == State.AGREED


def test_and_over_what_was_agreed_when_the_desk_is_taken_again(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=agreed(cast))
    for code in ("design.1", "design.2"):
        change(cast, calibration, code)
        calibration.refresh_from_db()
        assert calibration.state == State.MODERATING
    assert AuditEvent.objects.filter(action="calibration.agreed").count() == 1


def test_a_pause_does_not_finish_it(cast, sign_in) -> None:
    calibration = reopened(cast)
    client = sign_in(cast.moderator)
    client.post(reverse("calibration:lease_take", args=[calibration.pk]))
    client.post(reverse("calibration:lease_return", args=[calibration.pk]), {"unfinished": "yes"})
    calibration.refresh_from_db()
    assert (calibration.state, calibration.lease_holder) == (State.MODERATING, None)
    text = page(client.get(reverse("calibration:desk", args=[calibration.pk]))).text
    assert "Finish: everything is decided" in text
    client.post(reverse("calibration:lease_return", args=[calibration.pk]))
    calibration.refresh_from_db()
    assert calibration.state == State.AGREED


def test_two_coaches_signing_one_change_do_not_close_it_for_the_next(cast) -> None:
    calibration = reopened(cast)
    # The coaches may not overrule a moderator, so the reopened ones are their own.
    Decision.objects.filter(calibration=calibration, version=2).update(
        method=Decision.Method.COACHES
    )
    for code in ("design.1", "design.2"):
        criterion = calibration.assessment.framework.criteria.get(code=code)
        proposal = settling.propose(
            actor=cast.coach_a,
            review=review_of(calibration, cast.coach_a),
            criterion=criterion,
            outcome=Outcome(1, [Part(None, "Ours.")], lift="Write it down."),
        )
        settling.sign(
            actor=cast.coach_b,
            review=review_of(calibration, cast.coach_b),
            proposal=proposal,
            content=proposal.content,
        )
        calibration.refresh_from_db()
        assert calibration.state == State.MODERATING


def test_the_last_decision_of_a_first_version_still_closes_it(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast, second=1))
    moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    calibration.refresh_from_db()
    assert calibration.state == State.AGREED
    assert desk_of(calibration, cast.moderator).all_decided
