"""The calibration's lists cost the same queries at one row and at three."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from calibration.models import ImprovementMeeting
from calibration.services import exchange
from tests.factories import calibration as calibrations
from tests.test_query_counts import cost

pytestmark = pytest.mark.django_db


def compare_more(world: SimpleNamespace) -> None:
    calibrations.both_in(calibrations.twin(world))


def ask_more(world: SimpleNamespace) -> None:
    exchange.ask_for_evidence(
        actor=world.coach_a, calibration=world.scoring, question="May we see another register?"
    )


def wonder_more(world: SimpleNamespace) -> None:
    exchange.ask_about_release(
        actor=world.lead, release=world.release, question="What do you mean by register?"
    )


def meet_more(world: SimpleNamespace) -> None:
    exchange.save_meeting(
        actor=world.hub,
        calibration=world.released,
        held_on=world.release.released_at.date(),
        attendees="Lead, hub",
        notes="We agreed on two priorities.",
        readers=ImprovementMeeting.Readers.ALL,
    )


def own_review(world):
    return [world.review.pk]


def cohort(world):
    return [world.enrolment.cohort.slug]


LISTS = [
    ("coach_a", "queue", lambda world: [], compare_more),
    ("coach_a", "conflicts", lambda world: [], compare_more),
    ("coach_a", "review", own_review, ask_more),
    ("coach_a", "rate", lambda world: [world.review.pk, "monitor.3"], ask_more),
    ("coach_a", "ask", own_review, ask_more),
    ("moderator", "moderation", lambda world: [], compare_more),
    ("hub", "cohort", cohort, compare_more),
    ("hub", "questions", cohort, wonder_more),
    ("lead", "result", lambda world: [world.released.pk], wonder_more),
    ("lead", "requests", lambda world: [world.submitted.pk], ask_more),
    ("lead", "meetings", lambda world: [world.released.pk], meet_more),
]


@pytest.mark.parametrize(("role", "name", "args", "more"), LISTS, ids=[one[1] for one in LISTS])
def test_three_rows_more_cost_nothing_more(world, sign_in, role, name, args, more) -> None:
    address = reverse(f"calibration:{name}", args=args(world))
    client = sign_in(getattr(world, role))
    more(world)
    client.get(address)
    before, short = cost(client, address)
    more(world)
    more(world)
    after, long = cost(client, address)
    assert long > short, "the page does not show the rows"
    assert len(after) == len(before), "\n".join(after)
