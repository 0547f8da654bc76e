"""A tie noted for a coach before any review, and lifted: who may, what it shuts, who is told."""

import pytest
from django.urls import reverse

from accelerator.models import AuditEvent, OutgoingMail
from calibration.access import impartial_moderators, tied_to
from calibration.assigning.services import assigning
from calibration.assigning.services.conflicts import declare_conflict, lift_conflict
from calibration.models import ConflictOfInterest, Review
from calibration.rules.problems import StepRefused
from tests.factories.assessment import submitted
from tests.factories.calibration import assigned, review_of
from tests.markup import page
from tests.together import outcomes


def noted(cast) -> ConflictOfInterest:
    declare_conflict(
        person=cast.coach_a,
        organisation=cast.enrolment.organisation,
        reason="A trustee.",
        actor=cast.hub,
    )
    return ConflictOfInterest.objects.get(lifted_at=None)


def unassigned(cast):
    return assigning.open_calibration(
        actor=cast.hub, assessment=submitted(cast.enrolment, cast.lead)
    )


def seat(cast, calibration):
    return assigning.assign_coaches(
        actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
    )


@pytest.mark.django_db
def test_noted_before_any_review_it_keeps_the_coach_away_and_lifted_it_does_not(
    cast, hub, at
) -> None:
    calibration = unassigned(cast)
    address = at("coach_conflicts", cast.enrolment.cohort.slug, cast.coach_a.pk)
    organisation = cast.enrolment.organisation
    answer = hub.post(address, {"organisation": organisation.pk, "reason": "A trustee."})
    assert answer.url == address
    assert "A trustee." in page(hub.get(address)).text
    free = page(hub.get(at("assign", calibration.pk))).text
    institution = cast.coach_a.memberships.get().institution
    assert f"{cast.coach_a}, {institution}: has a conflict" in free
    with pytest.raises(StepRefused, match="conflict of interest"):
        seat(cast, calibration)
    assert tied_to(cast.coach_a).filter(pk=calibration.pk).exists()
    [letter] = OutgoingMail.objects.filter(to=cast.coach_a.email)
    assert letter.subject == f"A conflict of interest was noted: {organisation.name}"
    tie = ConflictOfInterest.objects.get()
    assert (tie.declared_by, tie.stands) == (cast.hub, True)
    lift = at("lift_conflict", cast.enrolment.cohort.slug, tie.pk)
    refused = hub.post(lift, {"reason": " "})
    assert refused.status_code == 422
    assert "Say why it is lifted." in page(refused).text
    assert hub.post(lift, {"reason": "Left the board."}).url == address
    text = page(hub.get(address)).text
    assert "Left the board." in text
    assert f"Lifted by {cast.hub}" in text
    assert not tied_to(cast.coach_a).exists()
    assert hub.get(lift).url == address
    seat(cast, calibration)
    assert Review.objects.current().filter(coach=cast.coach_a).exists()
    assert OutgoingMail.objects.filter(
        to=cast.coach_a.email, subject=f"A conflict of interest was lifted: {organisation.name}"
    ).exists()


@pytest.mark.django_db
def test_what_was_lifted_stays_in_the_record_and_can_be_declared_again(cast) -> None:
    tie = noted(cast)
    lift_conflict(actor=cast.hub, conflict=tie, reason="Left the board.")
    with pytest.raises(StepRefused, match="lifted already"):
        lift_conflict(actor=cast.hub, conflict=tie, reason="Again.")
    again = noted(cast)
    assert again.pk != tie.pk
    assert ConflictOfInterest.objects.count() == 2
    events = AuditEvent.objects.filter(action__startswith="conflict.").order_by("pk")
    assert [(event.action, event.actor) for event in events] == [
        ("conflict.declared", cast.hub),
        ("conflict.lifted", cast.hub),
        ("conflict.declared", cast.hub),
    ]


@pytest.mark.django_db
def test_noted_during_a_review_it_ends_it(cast) -> None:
    review = review_of(assigned(cast), cast.coach_a)
    noted(cast)
    review.refresh_from_db()
    assert review.is_withdrawn
    event = AuditEvent.objects.get(action="review.withdrawn")
    assert event.actor == cast.hub


@pytest.mark.django_db
def test_nobody_lifts_their_own(cast) -> None:
    declare_conflict(person=cast.hub, organisation=cast.enrolment.organisation, reason="Kin.")
    tie = ConflictOfInterest.objects.get()
    assert tie.declared_by is None
    with pytest.raises(StepRefused, match="Somebody else"):
        lift_conflict(actor=cast.hub, conflict=tie, reason="It is over.")


@pytest.mark.django_db
def test_only_the_hub_of_the_organisations_cohort(cast, sign_in) -> None:
    tie = noted(cast)
    slug, other = cast.enrolment.cohort.slug, cast.other_hub.memberships.get().cohort.slug
    for who, status in ((cast.moderator, 403), (cast.coach_a, 404), (cast.other_hub, 404)):
        for name, pk in (("coach_conflicts", cast.coach_a.pk), ("lift_conflict", tie.pk)):
            address = reverse(f"calibration:{name}", args=[slug, pk])
            assert sign_in(who).get(address).status_code == status, (who, name)
            assert sign_in(who).post(address, {"reason": "No."}).status_code == status
    through = reverse("calibration:lift_conflict", args=[other, tie.pk])
    assert sign_in(cast.other_hub).post(through, {"reason": "No."}).status_code == 404
    elsewhere = reverse("calibration:coach_conflicts", args=[other, cast.coach_a.pk])
    assert "A trustee." not in page(sign_in(cast.other_hub).get(elsewhere)).text
    not_a_coach = reverse("calibration:coach_conflicts", args=[slug, cast.lead.pk])
    assert sign_in(cast.hub).get(not_a_coach).status_code == 404


@pytest.mark.django_db
def test_a_tie_lifted_lets_a_moderator_be_written_to_again(cast) -> None:
    calibration = unassigned(cast)
    declare_conflict(person=cast.moderator, organisation=cast.enrolment.organisation, reason="Kin.")
    assert not impartial_moderators(calibration).exists()
    lift_conflict(actor=cast.hub, conflict=ConflictOfInterest.objects.get(), reason="Over.")
    assert impartial_moderators(calibration).get() == cast.moderator


@pytest.mark.django_db(transaction=True)
def test_noted_and_lifted_twice_at_once(cast) -> None:
    outcomes(lambda: noted(cast), lambda: noted(cast))
    tie = ConflictOfInterest.objects.get()
    done = outcomes(
        *[lambda: lift_conflict(actor=cast.hub, conflict=tie, reason="Over.") for _ in range(2)]
    )
    assert sum(isinstance(one, StepRefused) for one in done) == 1
    assert AuditEvent.objects.filter(action="conflict.declared").count() == 1
    assert AuditEvent.objects.filter(action="conflict.lifted").count() == 1
    assert OutgoingMail.objects.filter(to=cast.coach_a.email).count() == 2
