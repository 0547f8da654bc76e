"""Side by side: closed to all until both are in, then both grids, agreements, differences."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import Role
from calibration.assigning.services import assigning
from calibration.desk.services import lease, moderating
from calibration.models import Calibration
from calibration.reviewing.services import reviewing
from calibration.rules import commentary
from tests.factories.assessment import note, rate_all, started
from tests.factories.calibration import (
    agreed,
    assigned,
    both_in,
    judgement,
    rate_review,
    released,
    review_of,
    scored,
    submit,
    twin,
)
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db

CODE = "design.overall"
SENTENCE = (
    "The coaches, working separately, chose the same level for 24 of 30 criteria; "
    "30 were within one step."
)
CANARY = "Kestrel over the weir"


def pages(calibration: Calibration) -> list[str]:
    pk = calibration.pk
    return [
        reverse("calibration:reveal", args=[pk]),
        reverse("calibration:desk", args=[pk]),
        reverse("calibration:desk_criterion", args=[pk, CODE]),
        reverse("calibration:confirm_agreements", args=[pk]),
        reverse("calibration:third_coach", args=[pk]),
    ]


def actions(calibration: Calibration) -> list[str]:
    pk = calibration.pk
    return [
        reverse("calibration:desk_criterion", args=[pk, CODE]),
        reverse("calibration:confirm_agreements", args=[pk]),
        reverse("calibration:third_coach", args=[pk]),
        reverse("calibration:lease_take", args=[pk]),
        reverse("calibration:lease_return", args=[pk]),
        reverse("calibration:propose", args=[pk, CODE]),
    ]


def read(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def without_tokens(text: str) -> str:
    return re.sub(r"\b\w{64}\b", "", text)


def reveal(calibration: Calibration) -> str:
    return pages(calibration)[0]


@pytest.mark.parametrize("half", ["nobody submitted", "one submitted", "one recalled"])
def test_nothing_is_there_until_both_are_in(cast, sign_in, half) -> None:
    calibration = scored(cast)
    review = review_of(calibration, cast.coach_a)
    if half != "nobody submitted":
        submit(review)
    if half == "one recalled":
        reviewing.recall_review(actor=cast.coach_a, review=review)
    for role in ("coach_a", "coach_b", "moderator", "hub"):
        client = sign_in(getattr(cast, role))
        for address in pages(calibration):
            response = client.get(address)
            assert response.status_code in (403, 404), (role, address)
            assert b"registers" not in response.content
        for address in actions(calibration):
            assert client.post(address).status_code in (403, 404), (role, address)


def test_the_list_holds_only_what_is_both_in_and_no_count_moves(cast, sign_in) -> None:
    calibration = assigned(cast)
    client = sign_in(cast.moderator)
    address = reverse("calibration:moderation")
    empty = without_tokens(read(client, address))
    assert "Nothing to settle yet" in empty
    review = review_of(calibration, cast.coach_a)
    rate_review(review, 0, commentary=CANARY)
    submit(review)
    assert without_tokens(read(client, address)) == empty
    rate_review(review_of(calibration, cast.coach_b), 1)
    submit(review_of(calibration, cast.coach_b))
    assert "30 of 30" in read(client, address)


def test_it_tells_agreement_in_words_and_links_every_difference(cast, sign_in) -> None:
    calibration = both_in(cast)
    text = read(sign_in(cast.moderator), reveal(calibration))
    assert SENTENCE in text
    assert "The same level: 24" in text
    assert "Different levels: 6" in text
    differences = text[text.index("Different levels") :]
    for place in range(0, 30, 5):
        code = calibration.assessment.framework.criteria.get(position=place).code
        address = reverse("calibration:desk_criterion", args=[calibration.pk, code])
        assert f'href="{address}"' in differences
    assert text.index("The same level") < text.index("Different levels")
    assert text.count("<table") == 4
    assert "style=" not in text


def test_both_grids_turn_the_same_cells_early_and_late(cast, sign_in) -> None:
    text = read(sign_in(cast.coach_b), reveal(both_in(cast)))
    first, second = text.split("<caption>")[1:3]
    assert first.startswith(("Coach A\n", "Coach A<"))
    assert second.startswith('Coach B <span class="soft">(you)</span>')

    def turns(grid):
        return re.findall(r"turns-(early|late)", grid)

    assert turns(first) == turns(second)
    assert turns(first).count("late") == 6


def test_what_coaches_could_not_judge_is_said(cast, sign_in) -> None:
    calibration = assigned(cast)
    rate_review(review_of(calibration, cast.coach_a), 1)
    submit(review_of(calibration, cast.coach_a))
    review = review_of(calibration, cast.coach_b)
    rate_review(review, 1)
    rating = review.ratings.select_related("review").get(criterion__code=CODE)
    reviewing.save_judgement(
        rating=rating,
        read_version=rating.version,
        judgement=judgement(None, cannot_judge_reason="It is in another language."),
    )
    submit(review)
    calibration.refresh_from_db()
    client = sign_in(cast.moderator)
    text = read(client, reveal(calibration))
    assert "for 29 of the 29 criteria that both could judge" in text
    assert "Coach B could not judge it" in text
    assert "It is in another language." in read(client, pages(calibration)[2])


def test_neither_decisions_nor_a_third_coach_change_the_sentence(cast, sign_in) -> None:
    calibration = both_in(cast)
    coach = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    review = assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=coach, codes=[CODE]
    )
    rate_review(review, 3)
    submit(review)
    lease.take_lease(actor=cast.moderator, calibration=calibration)
    moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    text = read(sign_in(cast.moderator), reveal(calibration))
    assert SENTENCE in text
    assert "Coach C" in text


def test_a_blind_third_coach_sees_none_of_it_until_they_hand_in(cast, sign_in) -> None:
    calibration = both_in(cast)
    coach = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    review = assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=coach, codes=[CODE]
    )
    client = sign_in(coach)
    for address in pages(calibration):
        assert client.get(address).status_code in (403, 404), address
    for address in actions(calibration):
        assert client.post(address).status_code in (403, 404), address
    # Not even with a second role that would let them.
    MembershipFactory(user=coach, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    for address in pages(calibration):
        assert client.get(address).status_code == 404, address
    for address in actions(calibration):
        assert client.post(address).status_code in (403, 404), address
    assert "Nothing to settle yet" in read(client, reverse("calibration:moderation"))
    rate_review(review, 1)
    submit(review)
    assert SENTENCE in read(client, reveal(calibration))


def test_what_a_third_coach_is_writing_is_not_seen_either(cast, sign_in) -> None:
    calibration = both_in(cast)
    coach = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    review = assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=coach, codes=[CODE]
    )
    rate_review(review, 3, commentary=CANARY)
    for role in ("coach_a", "moderator", "hub"):
        for address in pages(calibration)[:3]:
            text = read(sign_in(getattr(cast, role)), address)
            assert CANARY not in text
            assert "Coach C" not in text


def test_a_private_note_stays_private(cast, sign_in) -> None:
    calibration = assigned(cast)
    for coach in (cast.coach_a, cast.coach_b):
        review = review_of(calibration, coach)
        rate_review(review, 1, private_note=CANARY)
        submit(review)
    for role in ("coach_a", "coach_b", "moderator", "hub"):
        for address in pages(calibration)[:3]:
            assert CANARY not in read(sign_in(getattr(cast, role)), address)


@pytest.mark.parametrize("bring", [both_in, agreed, released])
def test_who_may_compare(cast, sign_in, bring) -> None:
    calibration = bring(cast)
    own = 403 if bring is released else 404
    expected = {
        **dict.fromkeys(("coach_a", "coach_b", "moderator", "hub"), 200),
        **dict.fromkeys(("lead", "member", "sponsor"), own),
        **dict.fromkeys(("funder", "outsider", "other_hub", "stranger"), 404),
    }
    for role, status in expected.items():
        client = sign_in(getattr(cast, role))
        for address in pages(calibration)[:3]:
            assert client.get(address).status_code == status, (role, address)


def test_queries_do_not_grow(cast, sign_in) -> None:
    """With one or with thirty decisions, one piece of evidence or five, one row or three."""
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code=CODE)
    pieces = [note(cast.enrolment, cast.lead, rating, text=f"Note {n}") for n in range(5)]
    rate_all(assessment, cast.lead)
    calibration = assigned(cast)
    for coach, many in ((cast.coach_a, 5), (cast.coach_b, 1)):
        review = review_of(calibration, coach)
        rate_review(review, 1)
        spotlit = {str(piece.pk): "page 5" for piece in pieces[:many]}
        own = review.ratings.select_related("review__calibration__assessment").get(
            criterion__code=CODE
        )
        reviewing.save_spotlights(rating=own, passages=spotlit)
        submit(review)
    client = sign_in(cast.moderator)

    def counts() -> list[int]:
        found = []
        for address in [reverse("calibration:moderation"), *pages(calibration)[:4]]:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                read(client, address)
            found.append(len(queries))
        return found

    lease.take_lease(actor=cast.moderator, calibration=calibration)
    criterion = calibration.assessment.framework.criteria.get(code=CODE)
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=criterion,
        outcome=commentary.Outcome(1, [commentary.Part(None, "Words.")], lift="Words."),
        read_version=None,
    )
    counts()
    one = counts()
    both_in(twin(cast))
    both_in(twin(cast))
    for item in calibration.assessment.framework.criteria.exclude(code=CODE)[:20]:
        moderating.decide(
            actor=cast.moderator,
            calibration=calibration,
            criterion=item,
            outcome=commentary.Outcome(1, [commentary.Part(None, "Words.")], lift="Words."),
            read_version=None,
        )
    assert counts() == one
