"""At the desk: confirming agreements, settling between coaches, asking a third coach."""

import re

import pytest
from django.urls import reverse

from accelerator.models import OutgoingMail, Role
from calibration.assigning.services import assigning
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, ConflictOfInterest, Decision, Proposal, Review
from calibration.reviewing.services import requests
from calibration.rules.commentary import Outcome
from tests.factories.calibration import agreed, both_in, rate_review, submit
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db

APART = "design.overall"


def url(name: str, *args) -> str:
    return reverse(f"calibration:{name}", args=args)


def body(response) -> str:
    return response.content.decode()


def a_coach(**more):
    return MembershipFactory(role=Role.COACH, institution=InstitutionFactory(), **more).user


# Agreements


def read_on(page) -> list[str]:
    """What the page's form sends of the agreements shown."""
    return re.findall(r'name="read" value="([^"]+)"', body(page))


def test_agreements_are_shown_before_they_are_confirmed(cast, sign_in) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    client = sign_in(cast.moderator)
    address = url("confirm_agreements", calibration.pk)
    page = client.get(address)
    assert "Confirm 24 agreements" in body(page)
    assert len(page.context["ready"]) == 24
    assert body(page).count("Coach B read the registers.") == 24
    assert not Decision.objects.exists()
    response = client.post(address, {"read": read_on(page)}, follow=True)
    assert "24 agreements confirmed" in body(response)
    assert Decision.objects.filter(method=Decision.Method.CONFIRMED).count() == 24
    assert "Nothing to confirm" in body(client.get(address))


def test_what_changed_since_it_was_read_is_left_to_be_read_again(cast, sign_in) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    client = sign_in(cast.moderator)
    address = url("confirm_agreements", calibration.pk)
    read = read_on(client.get(address))
    criterion = calibration.assessment.framework.criteria.get(code="design.1")
    asked = requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, criterion=criterion, question="Which term?"
    )
    requests.answer_request(actor=cast.lead, request=asked, answer="The autumn term.")
    response = client.post(address, {"read": read}, follow=True)
    assert "23 agreements confirmed" in body(response)
    assert "Something changed since you read it" in body(response)
    assert [item.criterion.code for item in response.context["ready"]] == ["design.1"]
    assert not Decision.objects.filter(criterion=criterion).exists()
    client.post(address, {"read": read_on(response)})
    assert Decision.objects.filter(criterion=criterion).exists()


def test_nothing_is_confirmed_that_was_not_read(cast, sign_in) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    client = sign_in(cast.moderator)
    address = url("confirm_agreements", calibration.pk)
    for data in ({}, {"read": ["", "x:y", "999999:0", ":"]}):
        assert "Something changed" in body(client.post(address, data, follow=True))
    assert not Decision.objects.exists()


def test_they_are_not_confirmed_without_the_desk(cast, sign_in) -> None:
    calibration = both_in(cast)
    client = sign_in(cast.moderator)
    address = url("confirm_agreements", calibration.pk)
    assert "Confirm all 24" not in body(client.get(address))
    assert "not being moderated" in body(client.post(address, follow=True))
    assert not Decision.objects.exists()


def test_an_agreed_desk_taken_again_can_be_finished(cast, sign_in) -> None:
    calibration = agreed(cast)
    client = sign_in(cast.moderator)
    assert "Take the desk again" in body(client.get(url("desk", calibration.pk)))
    text = body(client.post(url("lease_take", calibration.pk), follow=True))
    assert "Finish: everything is decided" in text
    text = body(client.post(url("lease_return", calibration.pk), follow=True))
    assert "The Learning Hub can release it" in text
    calibration.refresh_from_db()
    assert calibration.state == Calibration.State.AGREED


def test_the_hub_goes_on_to_release_it(cast, sign_in) -> None:
    calibration = agreed(cast)
    link = f'href="{url("release", calibration.pk)}"'
    assert link in body(sign_in(cast.hub).get(url("desk", calibration.pk)))
    assert link not in body(sign_in(cast.moderator).get(url("desk", calibration.pk)))


# Settling between coaches


def propose(client, calibration: Calibration, code: str = APART, **changes):
    data = {"level": "1", "commentary": "We both read it.", "lift": "Write it down.", "cause": ""}
    return client.post(url("propose", calibration.pk, code), data | changes)


def test_one_proposes_the_other_signs_what_is_shown(cast, sign_in) -> None:
    calibration = both_in(cast)
    first, second = sign_in(cast.coach_a), sign_in(cast.coach_b)
    address = url("desk_criterion", calibration.pk, APART)
    begun = first.get(address).context["proposal_form"]
    assert "Coach A read the registers." in begun["commentary"].value()
    assert "Coach B read the registers." in begun["commentary"].value()
    assert propose(first, calibration).url == address
    proposal = Proposal.objects.get()
    assert "Sign it" not in body(first.get(address))
    page = body(second.get(address))
    assert "We both read it." in page
    assert proposal.content in page
    assert "Coach A proposes" in body(second.get(url("desk", calibration.pk)))
    response = second.post(url("sign", proposal.pk), {"content": proposal.content}, follow=True)
    assert "The coaches settled it together" in body(response)
    assert Decision.objects.get().method == Decision.Method.COACHES


def test_the_other_coach_is_told_of_proposals_once_a_day(cast, sign_in, mailbox) -> None:
    calibration = both_in(cast)
    mailbox().clear()
    for _ in range(2):
        propose(sign_in(cast.coach_a), calibration)
    assert Proposal.objects.count() == 2
    (letter,) = mailbox()
    assert letter.to == [cast.coach_b.email]
    assert url("desk", calibration.pk) in letter.body


def test_a_signature_under_another_text_is_refused_in_words(cast, sign_in) -> None:
    calibration = both_in(cast)
    propose(sign_in(cast.coach_a), calibration)
    proposal = Proposal.objects.get()
    second = sign_in(cast.coach_b)
    response = second.post(url("sign", proposal.pk), {"content": "0" * 64}, follow=True)
    assert "not the one you were shown" in body(response)
    response = second.post(url("sign", proposal.pk), {}, follow=True)
    assert "did not arrive whole" in body(response)
    propose(sign_in(cast.coach_a), calibration, commentary="Newer words.")
    response = second.post(url("sign", proposal.pk), {"content": proposal.content}, follow=True)
    assert "A newer proposal has replaced this one" in body(response)
    assert "Newer words." in body(response)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"level": "3"}, "level"), ({"level": ""}, "level"), ({"lift": ""}, "lift")],
)
def test_a_proposal_that_cannot_stand_keeps_its_words(cast, sign_in, changes, field) -> None:
    calibration = both_in(cast)
    response = propose(sign_in(cast.coach_a), calibration, **changes)
    assert response.status_code == 422
    assert response.context["proposal_form"].errors[field]
    assert "We both read it." in body(response)
    assert "There is a problem" in body(response)
    assert not Proposal.objects.exists()


def test_while_a_moderator_is_at_work_the_coaches_wait(cast, sign_in) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    client = sign_in(cast.coach_a)
    text = body(client.get(url("desk_criterion", calibration.pk, APART)))
    assert "A moderator is at work on this" in text
    assert "Propose and sign" not in text
    response = propose(client, calibration)
    assert response.status_code == 422
    assert "A moderator is at work" in body(response)
    assert "We both read it." in body(response)


def test_only_the_coaches_propose_and_sign(cast, sign_in) -> None:
    calibration = both_in(cast)
    propose(sign_in(cast.coach_a), calibration)
    proposal = Proposal.objects.get()
    expected = {"moderator": 403, "hub": 403, "lead": 404, "outsider": 404, "other_hub": 404}
    for role, status in expected.items():
        client = sign_in(getattr(cast, role))
        assert propose(client, calibration).status_code == status
        response = client.post(url("sign", proposal.pk), {"content": proposal.content})
        assert response.status_code == status, role
    assert Proposal.objects.count() == 1
    assert not Decision.objects.exists()


def test_a_decided_criterion_is_not_proposed_again(cast, sign_in) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=both_in(cast))
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=calibration.assessment.framework.criteria.get(code=APART),
        outcome=Outcome(2),
        read_version=None,
    )
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    client = sign_in(cast.coach_a)
    text = body(client.get(url("desk_criterion", calibration.pk, APART)))
    assert "Propose and sign" not in text
    assert "A moderator has decided this one" in body(propose(client, calibration))


# A third coach


def test_a_third_coach_is_asked_about_the_widest(cast, sign_in, mailbox) -> None:
    calibration = both_in(cast, second=lambda position: 3 if position == 4 else 1)
    free = a_coach(user__name="Free Coach")
    a_coach(user__name="Tied Coach")
    ConflictOfInterest.objects.create(
        person=a_coach(user__name="Conflicted Coach"), organisation=cast.enrolment.organisation
    )
    moderates = a_coach(user__name="Moderating Coach")
    MembershipFactory(user=moderates, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    client = sign_in(cast.moderator)
    address = url("third_coach", calibration.pk)
    form = client.get(address).context["form"]
    assert form["criteria"].value() == ["design.4"]
    offered = [label.partition(",")[0] for _, label in form.fields["coach"].choices]
    assert offered == ["Choose a coach", "Free Coach", "Tied Coach"]
    OutgoingMail.objects.all().delete()
    response = client.post(
        address, {"coach": free.pk, "criteria": ["design.4", "design.5"]}, follow=True
    )
    assert "Free Coach is asked to look at 2 criteria" in body(response)
    review = Review.objects.get(seat=Review.Seat.THIRD)
    assert (review.coach, review.ratings.count()) == (free, 2)
    assert [mail.to for mail in mailbox()] == [[free.email]]
    assert "A third coach is here already" in body(client.get(address))
    rate_review(review, 2, commentary="I see two decisions in March.")
    submit(review)
    text = body(client.get(url("desk_criterion", calibration.pk, "design.4")))
    assert "Coach C" in text
    assert "I see two decisions in March." in text
    assert "up to two steps apart" in text


@pytest.mark.parametrize(
    ("data", "field"),
    [({"criteria": [APART]}, "coach"), ({"criteria": ["nonsense"]}, "criteria"), ({}, "criteria")],
)
def test_what_is_missing_is_said(cast, sign_in, data, field) -> None:
    calibration = both_in(cast)
    a_coach()
    response = sign_in(cast.hub).post(url("third_coach", calibration.pk), {"coach": "", **data})
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert "There is a problem" in body(response)


def test_without_a_free_coach_the_page_says_so_and_offers_no_button(cast, sign_in) -> None:
    address = url("third_coach", both_in(cast).pk)
    client = sign_in(cast.hub)
    assert "No coach is free" in body(client.get(address))
    assert "Ask them" not in body(client.get(address))
    a_coach()
    assert "No coach is free" not in body(client.get(address))
    assert "Ask them" in body(client.get(address))


def test_a_coach_does_not_choose_the_third(cast, sign_in) -> None:
    calibration = both_in(cast)
    client = sign_in(cast.coach_a)
    address = url("third_coach", calibration.pk)
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403


def test_nor_is_there_a_third_once_all_is_agreed(cast, sign_in) -> None:
    calibration = agreed(cast)
    client, coach = sign_in(cast.hub), a_coach()
    address = url("third_coach", calibration.pk)
    assert "Not possible now" in body(client.get(address))
    client.post(address, {"coach": coach.pk, "criteria": [APART]})
    assert not Review.objects.filter(seat=Review.Seat.THIRD).exists()
    with pytest.raises(assigning.StepRefused):
        assigning.ask_third_coach(
            actor=cast.hub, calibration=calibration, coach=coach, codes=[APART]
        )
