"""Deciding one criterion at the desk, and the composer."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.models import Role
from calibration.assigning.services import assigning
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Decision
from calibration.reviewing.services import requests
from tests.factories.calibration import both_in, rate_review, review_of, submit, twin
from tests.factories.programme import InstitutionFactory, MembershipFactory

pytestmark = pytest.mark.django_db

APART = "design.overall"
ALIKE = "design.1"


def url(name: str, *args) -> str:
    return reverse(f"calibration:{name}", args=args)


def at(calibration: Calibration, code: str = APART) -> str:
    return url("desk_criterion", calibration.pk, code)


@pytest.fixture
def desk(cast) -> Calibration:
    """Both in, and the moderator has the desk."""
    return lease.take_lease(actor=cast.moderator, calibration=both_in(cast))


@pytest.fixture
def moderator(cast, sign_in):
    return sign_in(cast.moderator)


def typed(client, address: str, **changes) -> dict:
    """The form on the page as a browser would send it, with `changes`."""
    response = client.get(address)
    form, pieces = response.context["form"], response.context["pieces"]
    data = {field.html_name: field.value() or "" for field in form}
    for field in pieces.management_form:
        data[field.html_name] = field.value()
    for piece in pieces:
        data |= {
            field.html_name: "" if field.value() is None else field.value()
            for field in piece
            if field.name != "use"
        }
        if piece["use"].value():
            data[piece["use"].html_name] = "on"
    return data | {"action": "decide"} | changes


def body(response) -> str:
    return response.content.decode()


def test_a_decision_goes_on_to_the_next_in_the_queue(cast, desk, moderator) -> None:
    queue = moderator.get(url("desk", desk.pk)).context["desk"].queue
    first, second = (item.criterion.code for item in queue[:2])
    response = moderator.post(at(desk, first), typed(moderator, at(desk, first), level="2"))
    assert response.url == at(desk, second)
    decision = Decision.objects.get()
    assert (decision.criterion.code, decision.level) == (first, 2)
    assert [part.review.coach for part in decision.parts.all()] == [cast.coach_a, cast.coach_b]
    text = body(moderator.get(at(desk, first)))
    assert "A moderator settled it" in text
    assert "unchanged" in text


def test_the_last_decision_ends_at_the_desk(cast, desk, moderator) -> None:
    moderating.confirm_agreements(actor=cast.moderator, calibration=desk)
    for _ in range(6):
        code = moderator.get(url("desk", desk.pk)).context["desk"].undecided[0].criterion.code
        response = moderator.post(at(desk, code), typed(moderator, at(desk, code), level="1"))
    assert response.url == url("desk", desk.pk)
    desk.refresh_from_db()
    assert desk.state == Calibration.State.AGREED
    assert "Everything is decided" in body(moderator.get(response.url))


def test_an_agreed_level_is_prefilled_but_takes_a_person(cast, desk, moderator) -> None:
    assert typed(moderator, at(desk, ALIKE))["level"] == "1"
    assert typed(moderator, at(desk, APART))["level"] == ""
    assert not Decision.objects.exists()
    moderator.post(at(desk, ALIKE), typed(moderator, at(desk, ALIKE)))
    assert Decision.objects.get().method == Decision.Method.CONFIRMED


@pytest.mark.parametrize(
    ("code", "changes", "field", "message"),
    [
        (APART, {"level": ""}, "level", "Choose a level."),
        (APART, {"level": "3"}, "rationale", "outside what the coaches gave"),
        (ALIKE, {"level": "2"}, "rationale", "agree on another level"),
        (APART, {"level": "none"}, "rationale", "Say why this cannot be judged."),
        (APART, {"level": "1", "lift": ""}, "lift", "say what would lift it"),
        (APART, {"level": "9"}, "level", "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_is_lost(
    desk, moderator, code, changes, field, message
) -> None:
    data = typed(
        moderator, at(desk, code), **{"cause": "other", "piece-0-text": "Typed."}, **changes
    )
    response = moderator.post(at(desk, code), data)
    assert response.status_code == 422
    assert message in str(response.context["form"].errors[field])
    text = body(response)
    assert text.count(message) == 2, "in the summary and beside the field"
    assert "Typed." in text
    assert response.context["form"]["cause"].value() == "other"
    assert not Decision.objects.exists()


def test_the_composer_keeps_order_and_authors(cast, desk, moderator) -> None:
    data = typed(moderator, at(desk), level="2")
    own = int(data["piece-TOTAL_FORMS"]) - 1
    data |= {f"piece-{own}-text": "My own words.", f"piece-{own}-order": "1"}
    data |= {"piece-1-text": "Coach B, shortened.", "piece-0-order": "9"}
    preview = moderator.post(at(desk), data | {"action": "preview"}, headers={"HX-Request": "true"})
    shown = body(preview)
    assert "<html" not in shown
    assert shown.index("Moderator") < shown.index("Coach B, edited") < shown.index("Coach A")
    assert not Decision.objects.exists()
    whole = moderator.post(at(desk), data | {"action": "preview", "level": "3"})
    assert whole.status_code == 200
    assert whole.context["form"]["level"].value() == "3"
    assert "Coach B, edited" in body(whole)
    moderator.post(at(desk), data)
    a, b = (review_of(desk, coach).pk for coach in (cast.coach_a, cast.coach_b))
    assert list(Decision.objects.get().parts.values_list("review", "text", "edited")) == [
        (None, "My own words.", False),
        (b, "Coach B, shortened.", True),
        (a, "Coach A read the registers.", False),
    ]
    assert typed(moderator, at(desk))["piece-1-text"] == "Coach B, shortened."


def test_words_cannot_be_put_in_the_mouth_of_a_coach_who_is_not_here(cast, desk, moderator) -> None:
    other = both_in(twin(cast))
    data = typed(moderator, at(desk), level="2")
    data["piece-0-source"] = review_of(other, cast.coach_a).pk
    response = moderator.post(at(desk), data)
    assert response.status_code == 422
    assert "words changed" in body(response)
    assert not Decision.objects.exists()


def test_decided_in_another_window_nothing_typed_is_lost(cast, desk, moderator) -> None:
    mine = typed(moderator, at(desk), level="1", **{"piece-0-text": "Typed in the first window."})
    moderator.post(at(desk), typed(moderator, at(desk), level="2"))
    response = moderator.post(at(desk), mine)
    assert response.status_code == 409
    text = body(response)
    assert "decided in another window" in text
    assert "Typed in the first window." in text
    assert Decision.objects.get().level == 2
    again = mine | {"read_version": response.context["form"]["read_version"].value()}
    assert moderator.post(at(desk), again).status_code == 302
    assert Decision.objects.get().level == 1


def test_what_changed_while_writing_must_be_read_first(cast, desk, moderator) -> None:
    mine = typed(moderator, at(desk), level="2", rationale="My reason.")
    asked = requests.ask_for_evidence(actor=cast.coach_a, calibration=desk, question="Which term?")
    requests.answer_request(actor=cast.lead, request=asked, answer="The autumn term.")
    response = moderator.post(at(desk), mine)
    assert response.status_code == 409
    text = body(response)
    assert "is not what it was" in text
    assert "The autumn term." in text
    assert "My reason." in text
    assert not Decision.objects.exists()


def test_a_turn_that_ended_keeps_what_was_typed_and_can_be_taken_again(
    cast, desk, moderator
) -> None:
    data = typed(moderator, at(desk), level="2", **{"piece-0-text": "Typed too slowly."})
    Calibration.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    response = moderator.post(at(desk), data)
    assert response.status_code == 409
    text = body(response)
    assert "Your turn at the desk has ended" in text
    assert "Typed too slowly." in text
    assert "Take the desk again and decide" in text
    moderator.post(at(desk), data | {"action": "take"})
    assert "Typed too slowly." in Decision.objects.get().commentary


def test_while_somebody_else_has_it_the_words_wait(cast, desk, moderator) -> None:
    data = typed(moderator, at(desk), level="2", **{"piece-0-text": "Typed too slowly."})
    other = MembershipFactory(role=Role.MODERATOR, cohort=cast.enrolment.cohort).user
    Calibration.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    lease.take_lease(actor=other, calibration=desk)
    response = moderator.post(at(desk), data | {"action": "take"})
    assert response.status_code == 409
    assert "Somebody else is moderating" in body(response)
    assert "Typed too slowly." in body(response)


def test_a_stale_decision_says_what_changed(cast, desk, moderator) -> None:
    moderator.post(at(desk), typed(moderator, at(desk), level="2"))
    third = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    review = assigning.ask_third_coach(actor=cast.hub, calibration=desk, coach=third, codes=[APART])
    rate_review(review, 0, commentary="I read it a third time.")
    submit(review)
    text = body(moderator.get(at(desk)))
    assert "This decision needs another look" in text
    assert "Coach C’s review came in on" in text
    assert "I read it a third time." in text
    assert "Look again" in body(moderator.get(url("desk", desk.pk)))
    assert moderator.get(url("desk", desk.pk)).context["desk"].to_settle[0].criterion.code == APART


def test_an_unknown_criterion_is_not_found(desk, moderator) -> None:
    assert moderator.get(at(desk, "design.9")).status_code == 404
    assert moderator.post(at(desk, "design.9")).status_code == 404


@pytest.mark.parametrize("role", ["hub", "coach_a"])
def test_others_read_the_desk_and_decide_nothing(cast, desk, sign_in, role) -> None:
    client = sign_in(getattr(cast, role))
    text = body(client.get(at(desk)))
    assert "Coach B read the registers." in text
    assert "Decide and go on" not in text
    for name in ("lease_take", "lease_return", "confirm_agreements"):
        assert client.post(url(name, desk.pk)).status_code == 403
    assert client.post(at(desk), {"level": "1"}).status_code == 403
    assert not Decision.objects.exists()
