"""Blind means blind: what coach A thinks reaches nobody before both reviews are in.

Canary words and levels are planted in coach A's whole, unsubmitted and then submitted review.
Every URL is walked as everybody else, and nothing may show a canary. Then coach A's levels all
change, and no page may move: a count or a mean that moves is a leak too.
"""

import logging
import re

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from accelerator.core.mail.services import send_next_mail
from accelerator.models import AuditEvent, OutgoingMail, User
from calibration.models import Calibration, Review
from calibration.reviewing.services import reviewing
from tests.factories import calibration as calibrations
from tests.test_access_matrix import MATRIX

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("few_draws")]
CANARY = "kumquat"
OTHERS = ("coach_b", "moderator", "hub", "lead")
FRAGMENTS = ("autosave", "status", "evidence/add", "criteria", "desk")
PUBLIC = ("/accounts/", "/health/", "/demo/", "/favicon", "/help/")
WORDS = {
    "commentary": f"commentary {CANARY}",
    "private_note": f"private {CANARY}",
    "lift": f"lift {CANARY}",
    "cause": "other",
}
# What differs between two askings of the same page and says nothing.
NOISE = re.compile(rb"\b[A-Za-z0-9]{64}\b|\d\d:\d\d(:\d\d)?|Expires: [^\n]+|delay:\d+ms")


def plant(world, level: int) -> Review:
    """Coach A's review, whole: every level `level`, canaries in every text."""
    review = calibrations.review_of(world.scoring, world.coach_a)
    calibrations.rate_review(review, level, **WORDS)
    return review


def addresses(world) -> list[str]:
    """Every URL that can be asked for, about the calibration under way as well as the others."""
    found = [reverse(name, args=entry.args(world)) for name, entry in MATRIX.items()]
    blind = world.scoring.pk
    about = {"reveal", "desk", "release", "reopen", "third_coach", "result", "meetings", "assign"}
    found += [reverse(f"calibration:{name}", args=[blind]) for name in sorted(about)]
    found += [
        reverse("calibration:desk_criterion", args=[blind, "monitor.3"]),
        reverse("calibration:result_csv", args=[blind, 1]),
        reverse("calibration:result_version", args=[blind, 1]),
        reverse("assessments:overview", args=[world.submitted.pk]),
    ]
    partner = calibrations.review_of(world.scoring, world.coach_b)
    found += [
        reverse("calibration:review", args=[partner.pk]),
        reverse("calibration:review_submit", args=[partner.pk]),
        reverse("calibration:rate", args=[partner.pk, "monitor.3"]),
        reverse("calibration:replace", args=[partner.pk]),
    ]
    return [address for address in found if not address.startswith(PUBLIC)]


def walk(world, sign_in) -> dict[tuple[str, str, bool], bytes]:
    """Every page as everybody but coach A: (role, address, as a fragment) → status and body.

    What the walk itself leaves in the audit holds no canary, and is undone: the log is a page.
    """
    with transaction.atomic():
        seen = _walked(world, sign_in)
        assert not any(CANARY in str(one.data) for one in AuditEvent.objects.all())
        transaction.set_rollback(True)
    return seen


def _walked(world, sign_in) -> dict[tuple[str, str, bool], bytes]:
    seen = {}
    for role in OTHERS:
        client = sign_in(getattr(world, role))
        for address in addresses(world):
            for fragment in {False, any(part in address for part in FRAGMENTS)}:
                headers = {"HX-Request": "true"} if fragment else {}
                response = client.get(address, headers=headers)
                body = b"".join(response) if response.streaming else response.content
                told = "".join(f"{key}: {value}\n" for key, value in response.items())
                whole = f"{response.status_code} {told}".encode() + body
                seen[role, address, fragment] = NOISE.sub(b"", whole)
    return seen


@pytest.fixture
def watched(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def assert_no_canary(seen: dict[tuple[str, str, bool], bytes], watched) -> None:
    """Neither in what was seen nor in a log, a letter or the audit."""
    leaks = [key for key, body in seen.items() if CANARY.encode() in body]
    assert leaks == []
    assert CANARY not in watched.text
    assert not any(CANARY in f"{one.subject}{one.text}" for one in OutgoingMail.objects.all())
    while send_next_mail():
        pass
    assert not any(CANARY in f"{one.subject}{one.body}" for one in mail.outbox)
    assert not any(CANARY in str(one.data) for one in AuditEvent.objects.all())


def test_no_canary_of_a_submitted_review_reaches_anybody(world, sign_in, watched) -> None:
    review = plant(world, 3)
    reviewing.submit_review(actor=world.coach_a, review=review)
    assert CANARY in own_page(world, sign_in, review), "there is nothing to leak"
    watched.clear()
    assert_no_canary(walk(world, sign_in), watched)


def test_no_canary_reaches_anybody_and_no_page_moves_with_coach_as_levels(
    world, sign_in, watched
) -> None:
    review = plant(world, 3)
    assert CANARY in own_page(world, sign_in, review), "there is nothing to leak"
    watched.clear()
    # A review remembers where its coach was, so that the walks begin alike.
    partner = calibrations.review_of(world.scoring, world.coach_b)
    sign_in(world.coach_b).get(reverse("calibration:rate", args=[partner.pk, "monitor.3"]))
    before = walk(world, sign_in)
    assert_no_canary(before, watched)
    seen_by_coach = own_page(world, sign_in, review)
    plant(world, 0)
    assert own_page(world, sign_in, review) != seen_by_coach, "nothing moved at all"
    after = walk(world, sign_in)
    assert [key for key in before if before[key] != after[key]] == []


def test_admin_shows_no_review(world, sign_in) -> None:
    plant(world, 3)
    root = User.objects.create_superuser("root@example.org", "x", name="Root")
    client = sign_in(root)
    index = client.get("/admin/").content.decode()
    pages = set(re.findall(r'href="(/admin/[a-z]+/[a-z]+/)"', index))
    assert pages
    for page in pages:
        assert "calibration" not in page
        assert CANARY not in client.get(page).content.decode()


def own_page(world, sign_in, review: Review) -> str:
    address = reverse("calibration:rate", args=[review.pk, "monitor.3"])
    return sign_in(world.coach_a).get(address).content.decode()


def test_partner_sees_it_once_both_are_in(world, sign_in) -> None:
    """The other side of blindness: the same canary is there for those who may see it, then."""
    review = plant(world, 3)
    reviewing.submit_review(actor=world.coach_a, review=review)
    partner = calibrations.review_of(world.scoring, world.coach_b)
    calibrations.rate_review(partner)
    calibrations.submit(partner)
    assert Calibration.objects.get(pk=world.scoring.pk).state == Calibration.State.BOTH_IN
    address = reverse("calibration:desk_criterion", args=[world.scoring.pk, "monitor.3"])
    for role, status in (("coach_b", 200), ("moderator", 200), ("hub", 200), ("lead", 404)):
        response = sign_in(getattr(world, role)).get(address)
        assert response.status_code == status
        assert (f"commentary {CANARY}" in response.content.decode()) == (status == 200)
        assert f"private {CANARY}" not in response.content.decode()
