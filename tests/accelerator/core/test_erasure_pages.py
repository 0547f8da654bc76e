"""The pages where Learning Hub staff remove words: found from home, shown before they go."""

import pytest
from django.urls import reverse

from accelerator.core.mail.services import queue_mail
from accelerator.models import AuditEvent, Role
from assessments.models import Evidence, Rating
from calibration.models import ConflictOfInterest
from tests.factories.assessment import note
from tests.factories.programme import MembershipFactory
from tests.markup import page

pytestmark = pytest.mark.django_db
SECRET = "Zephyrine Quillfeather"
REASON = {"kind": "child", "reason": "It names a child."}


@pytest.fixture
def hub(world, sign_in):
    return sign_in(world.hub)


@pytest.fixture
def piece(world) -> Evidence:
    return note(world.enrolment, world.lead, text=f"{SECRET} comes on Mondays.")


def address(piece: Evidence, name: str = "note") -> str:
    return reverse(
        "erase_text", args=[piece.enrolment_id, "assessments.Evidence", str(piece.pk), name]
    )


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_it_is_reached_by_clicking_from_home(world, hub) -> None:
    cohort = reverse("cohort", args=[world.enrolment.cohort.slug])
    texts = reverse("erase", args=[world.enrolment.pk])
    assert cohort in hub.get("/").content.decode()
    assert texts in hub.get(cohort).content.decode()
    results = hub.get(reverse("assessments:results", args=[world.submitted.pk]))
    assert texts in results.content.decode()
    rating = Rating.objects.get(assessment=world.submitted, criterion__code="design.1")
    place = reverse(
        "erase_text", args=[world.enrolment.pk, "assessments.Rating", rating.pk, "justification"]
    )
    criterion = reverse("assessments:criterion", args=[world.submitted.pk, "design.1"])
    assert place in hub.get(criterion).content.decode()
    assert place not in world_page(world, criterion)
    assert hub.get(place).status_code == 200


def world_page(world, address: str) -> str:
    from django.test import Client

    client = Client()
    client.force_login(world.lead)
    return client.get(address).content.decode()


def test_words_are_found_without_standing_in_an_address(world, hub, piece) -> None:
    response = hub.post(reverse("erase", args=[world.enrolment.pk]), {"words": "quillFEATHER"})
    assert address(piece) in response.content.decode()
    assert address(world.note) not in response.content.decode()
    nothing = hub.post(reverse("erase", args=[world.enrolment.pk]), {"words": "Nobody at all"})
    assert "Nothing found" in text(nothing)


def test_a_text_is_shown_with_what_goes_and_then_removed(world, hub, piece) -> None:
    shown = text(hub.get(address(piece)))
    assert SECRET in shown
    assert "We cannot bring the words back" in shown
    response = hub.post(address(piece), REASON | {"action": "remove", "shown_for": ""}, follow=True)
    assert "removed for good" in text(response)
    piece.refresh_from_db()
    assert piece.note.startswith("[removed on ")
    event = AuditEvent.objects.get(action="words.removed")
    assert event.actor == world.hub
    assert SECRET not in str(event.data)


def test_given_words_are_shown_before_they_go(world, hub, piece) -> None:
    other = note(world.enrolment, world.lead, text=f"A letter about {SECRET}.")
    given = REASON | {"action": "remove", "only": SECRET, "shown_for": ""}
    shown = hub.post(address(piece), given)
    piece.refresh_from_db()
    assert SECRET in piece.note, "nothing goes before it was shown"
    ticked = {
        box["value"]
        for box in page(shown).all("input", name="others")
        if "checked" in box.attributes
    }
    assert f"assessments.Evidence/{other.pk}/note" in ticked
    hub.post(address(piece), given | {"shown_for": SECRET})
    piece.refresh_from_db()
    other.refresh_from_db()
    assert SECRET not in piece.note
    assert SECRET in other.note, "what was unticked stays"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": ""}, "Say why they are removed."),
        ({"kind": ""}, "Choose what kind of words they are."),
        ({"only": "Somebody else", "shown_for": "Somebody else"}, "not in the text"),
        ({"only": SECRET, "shown_for": SECRET, "reason": f"On {SECRET.lower()}"}, "Do not repeat"),
        ({"reason": f"It said: {SECRET} comes on mondays."}, "Do not repeat"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_goes(hub, piece, given, said) -> None:
    response = hub.post(address(piece), REASON | {"action": "remove", "shown_for": ""} | given)
    assert response.status_code == 422
    assert said in text(response)
    piece.refresh_from_db()
    assert SECRET in piece.note


def test_whether_a_letter_or_the_audit_holds_words_cannot_be_asked(world, hub, piece) -> None:
    """Letter by letter somebody's link to a new password could be read so."""
    link = "https://example.org/accounts/password/reset/key/3-cabc123/"
    queue_mail(to=world.lead.email, subject="Your password", text=link)
    guesses = [link[:-4], link[:-4] + "0"]
    piece = note(world.enrolment, world.lead, text=" ".join(guesses))
    for typed in ("", "Not in the text."):
        shown = [
            text(hub.post(address(piece), {"only": guess + typed, "action": "show"}))
            .split("What goes")[1]
            .split("<form")[0]
            for guess in guesses
        ]
        assert shown[0] == shown[1]


def test_whoever_may_not_read_the_desk_cannot_ask_what_it_holds(world, hub) -> None:
    enrolment = world.both_in.assessment.enrolment
    piece = note(enrolment, world.lead, text="Settled. Or not.")
    said = "A commentary proposed by a coach"
    shown = hub.post(address(piece), {"only": "Settled.", "action": "show"})
    assert said in text(shown)
    ConflictOfInterest.objects.create(
        person=world.hub, organisation=enrolment.organisation, reason="A friend works there."
    )
    shown = hub.post(address(piece), {"only": "Settled.", "action": "show"})
    assert shown.status_code == 200
    assert said not in text(shown)


@pytest.mark.parametrize("action", ["show", "remove"])
@pytest.mark.parametrize("odd", ["a\0bcdefghijklmnop", "\0", "x" * 200_000, "\u202e\r\nBcc: x@y"])
def test_odd_words_are_no_fault(hub, piece, odd: str, action: str) -> None:
    for seen in ("", odd):
        given = REASON | {"only": odd, "shown_for": seen, "action": action}
        assert hub.post(address(piece), given).status_code == 422


def test_words_wait_in_no_session_for_a_recent_sign_in(hub, piece, settings) -> None:
    settings.RECENT_SIGN_IN_SECONDS = 0
    answer = hub.post(address(piece), REASON | {"only": SECRET, "action": "remove"})
    assert answer.url.startswith(reverse("account_reauthenticate") + "?next=")
    assert "account_reauthentication_state" not in hub.session


def test_another_organisations_text_is_not_there(world, hub, piece) -> None:
    other = world.released.assessment.enrolment
    wrong = ["assessments.Evidence", str(piece.pk), "note"]
    assert hub.get(reverse("erase_text", args=[other.pk, *wrong])).status_code == 404
    for model, pk, name in (
        ("assessments.Evidence", "x", "note"),
        ("assessments.Evidence", str(piece.pk), "sha256"),
        ("accelerator.User", str(world.lead.pk), "name"),
        ("accelerator.AuditEvent", "1", "data"),
    ):
        wrong_place = reverse("erase_text", args=[world.enrolment.pk, model, pk, name])
        assert hub.get(wrong_place).status_code == 404


def test_a_blind_reviews_words_are_not_shown_and_can_go(world, hub) -> None:
    rating = world.review.ratings.get(criterion__code="design.1")
    place = reverse(
        "erase_text", args=[world.enrolment.pk, "calibration.ReviewRating", rating.pk, "commentary"]
    )
    shown = text(hub.get(place))
    assert rating.commentary not in shown
    assert "not shown to you" in shown
    hub.post(place, REASON | {"action": "remove", "shown_for": ""})
    rating.refresh_from_db()
    assert rating.commentary.startswith("[removed on ")


def test_hub_staff_who_are_tied_to_it_do_not_learn_what_coaches_wrote(world, hub) -> None:
    MembershipFactory(user=world.hub, role=Role.SPONSOR, organisation=world.enrolment.organisation)
    listed = hub.get(reverse("erase", args=[world.enrolment.pk])).content.decode()
    assert "A coach" not in listed


def test_hub_staff_withdraw_a_file_that_must_go(world, hub) -> None:
    piece = note(world.released.assessment.enrolment, world.lead, text=SECRET)
    address = reverse("assessments:evidence_withdraw", args=[piece.pk])
    assert hub.post(address, {"reason": "It names a child."}).status_code == 404
    late = world.release.late_evidence
    late.create(evidence=piece, criterion_id=world.case.criterion_id, added_by=world.lead)
    assert hub.post(address, {"reason": "It names a child."}).status_code == 302
    piece.refresh_from_db()
    assert piece.withdrawn_by == world.hub
