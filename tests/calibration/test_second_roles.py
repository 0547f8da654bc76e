"""People with a second role, or a former one, see no further than their tie allows."""

import pytest
from django.urls import reverse

from accelerator.models import OutgoingMail, Role
from assessments.evidence.services import attach, describe_use
from assessments.rating.services import start_assessment
from calibration.assigning.services import assigning, conflicts
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Review, ReviewRating
from calibration.releasing.services import releasing
from calibration.reviewing.services import requests, reviewing
from calibration.rules.problems import StepRefused
from tests.factories.assessment import note
from tests.factories.calibration import (
    agreed,
    assigned,
    both_in,
    rate_review,
    released,
    review_of,
    submit,
)
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db
WORDS = b"Coach A read the registers."


def third_coach(cast, calibration: Calibration) -> Review:
    coach = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    return assigning.ask_third_coach(
        actor=cast.moderator, calibration=calibration, coach=coach, codes=["design.1"]
    )


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HUB])
def test_an_organisations_person_with_a_cohort_role_reads_no_review(cast, sign_in, role) -> None:
    calibration = both_in(cast)
    MembershipFactory(user=cast.sponsor, role=role, cohort=cast.enrolment.cohort)
    client = sign_in(cast.sponsor)
    for name in ("reveal", "desk", "release"):
        page = client.get(reverse(f"calibration:{name}", args=[calibration.pk]))
        assert page.status_code in (403, 404), name
        assert WORDS not in page.content
    code = reverse("calibration:desk_criterion", args=[calibration.pk, "design.1"])
    assert client.get(code).status_code == 404
    assert sign_in(cast.moderator).get(code).status_code == 200
    # The header names the person's own organisation.
    listed = client.get(reverse("calibration:moderation")).content.decode().partition("<main")[2]
    assert cast.enrolment.organisation.name not in listed


def test_a_declared_tie_shuts_the_desk(cast, sign_in) -> None:
    calibration = both_in(cast)
    address = reverse("calibration:desk", args=[calibration.pk])
    assert sign_in(cast.moderator).get(address).status_code == 200
    conflicts.declare_conflict(
        person=cast.moderator, organisation=cast.enrolment.organisation, reason="A trustee"
    )
    assert sign_in(cast.moderator).get(address).status_code == 404


def test_nothing_is_agreed_or_released_while_a_third_coach_writes(cast) -> None:
    calibration = agreed(cast)
    calibration.refresh_from_db()
    calibration = lease.take_lease(actor=cast.moderator, calibration=calibration)
    third = third_coach(cast, calibration)
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    calibration.refresh_from_db()
    assert calibration.state == Calibration.State.MODERATING
    with pytest.raises(StepRefused):
        releasing.release(actor=cast.hub, calibration=calibration)
    rate_review(third)
    submit(third)
    third.refresh_from_db()
    assert third.is_submitted


def test_no_review_comes_in_after_release(cast) -> None:
    calibration = both_in(cast)
    third = third_coach(cast, calibration)
    rate_review(third)
    Calibration.objects.filter(pk=calibration.pk).update(state="moderating")
    Calibration.objects.filter(pk=calibration.pk).update(state="agreed")
    with pytest.raises(StepRefused, match="agreed"):
        reviewing.submit_review(actor=third.coach, review=third)


def test_a_blind_third_coach_sees_no_question_asked_after_the_reveal(cast, sign_in) -> None:
    calibration = assigned(cast)
    requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question="Before: may we see a register?"
    )
    for coach in (cast.coach_a, cast.coach_b):
        rate_review(review_of(calibration, coach))
        submit(review_of(calibration, coach))
    calibration.refresh_from_db()
    requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question="After: coach B gave moderate, why?"
    )
    third = third_coach(cast, calibration)
    page = sign_in(third.coach).get(reverse("calibration:review", args=[third.pk])).content
    assert b"Before: may we" in page
    assert b"After: coach B" not in page
    assert b"After: coach B" in (
        sign_in(cast.coach_b)
        .get(reverse("calibration:review", args=[review_of(calibration, cast.coach_b).pk]))
        .content
    )


def test_the_draft_round_of_a_piece_is_its_organisations_own(cast, sign_in) -> None:
    calibration = assigned(cast)
    again = start_assessment(actor=cast.lead, enrolment=cast.enrolment, round=2)
    piece = note(cast.enrolment, cast.lead)
    request = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question="May we see it?"
    )
    requests.answer_request(actor=cast.lead, request=request, answer="Here.", evidence=[piece])
    attach(actor=cast.lead, evidence=[piece], ratings=[again.ratings.first()])
    describe_use(actor=cast.lead, use=piece.uses.get(), part="DRAFTPART", practice="")
    address = reverse("assessments:evidence", args=[piece.pk])
    assert b"DRAFTPART" in sign_in(cast.lead).get(address).content
    seen = sign_in(cast.coach_a).get(address)
    assert seen.status_code == 200
    assert b"DRAFTPART" not in seen.content


def test_the_navigation_names_ones_own_release_only(cast, sign_in) -> None:
    calibration = released(cast)
    MembershipFactory(user=cast.outsider, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    link = reverse("calibration:result", args=[calibration.pk])
    assert f'href="{link}"' not in sign_in(cast.outsider).get("/help/").content.decode()
    assert f'href="{link}"' in sign_in(cast.lead).get("/help/").content.decode()


def test_both_in_again_is_told_again(cast) -> None:
    calibration = both_in(cast)
    told = OutgoingMail.objects.filter(key__startswith="both-in:").count()
    new = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    review = assigning.withdraw_review(
        actor=cast.hub,
        review=review_of(calibration, cast.coach_b),
        reason="Ill",
        replacement=new,
    )
    rate_review(review)
    submit(review)
    assert OutgoingMail.objects.filter(key__startswith="both-in:").count() > told


def test_the_admin_sign_in_is_the_ordinary_one(client) -> None:
    response = client.get("/admin/login/")
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["reveal", "desk", "desk_criterion", "release", "moderation"])
def test_whoever_still_reviews_blind_reads_no_other_review(cast, sign_in, name) -> None:
    """A third coach who came to moderate and run the cohort meanwhile: shut until they submit."""
    calibration = agreed(cast)
    Calibration.objects.filter(pk=calibration.pk).update(state="moderating")
    third = third_coach(cast, calibration)
    for role in (Role.MODERATOR, Role.HUB):
        MembershipFactory(user=third.coach, role=role, cohort=cast.enrolment.cohort)
    client = sign_in(third.coach)
    args = {"moderation": [], "desk_criterion": [calibration.pk, "design.1"]}
    address = reverse(f"calibration:{name}", args=args.get(name, [calibration.pk]))
    organisation = cast.enrolment.organisation.name

    def reads() -> bool:
        # The header names the place that they come from.
        page = client.get(address, follow=True)
        return (
            page.status_code == 200 and organisation in page.content.decode().partition("<main")[2]
        )

    assert not reads()
    assert not ReviewRating.objects.visible_to(third.coach).exclude(review=third).exists()
    rate_review(third)
    submit(third)
    assert reads()
    assert ReviewRating.objects.visible_to(third.coach).exclude(review=third).exists()


def test_who_has_decided_before_cannot_be_the_blind_third_coach(cast, sign_in) -> None:
    calibration = both_in(cast)
    decided = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    moderates = MembershipFactory(user=decided, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    lease.take_lease(actor=decided, calibration=calibration)
    moderating.confirm_agreements(actor=decided, calibration=calibration)
    lease.give_back_lease(actor=decided, calibration=calibration)
    moderates.delete()
    page = sign_in(cast.moderator).get(reverse("calibration:third_coach", args=[calibration.pk]))
    assert "No coach is free" in page.content.decode()
    with pytest.raises(StepRefused, match="cannot review it blind"):
        assigning.ask_third_coach(
            actor=cast.moderator, calibration=calibration, coach=decided, codes=["design.1"]
        )


def test_who_has_the_desk_cannot_be_the_blind_third_coach(cast) -> None:
    calibration = both_in(cast)
    holder = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    moderates = MembershipFactory(user=holder, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    lease.take_lease(actor=holder, calibration=calibration)
    moderates.delete()
    with pytest.raises(StepRefused, match="cannot review it blind"):
        assigning.ask_third_coach(
            actor=cast.moderator, calibration=calibration, coach=holder, codes=["design.1"]
        )


def test_a_coach_who_leaves_takes_the_desk_away_from_its_moderator(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    assigning.withdraw_review(
        actor=cast.hub, review=review_of(calibration, cast.coach_b), reason="Ill"
    )
    calibration.refresh_from_db()
    assert calibration.state == Calibration.State.SCORING
    assert (calibration.lease_holder, calibration.lease_expires_at) == (None, None)
