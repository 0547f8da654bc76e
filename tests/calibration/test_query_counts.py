"""The calibration's lists cost the same queries at one row and at three.

Each URL is listed here with a way to give it one row more, or named as a page whose rows are
counted elsewhere or do not grow; a new one that is neither fails.
"""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from accelerator.models import Role
from calibration.assigning.services import assigning
from calibration.models import EvidenceRequest, ImprovementMeeting, PracticeCase
from calibration.releasing.services import exchange, meetings
from calibration.reviewing.services import requests
from tests.factories import calibration as calibrations
from tests.factories.assessment import note, submitted
from tests.factories.programme import EnrolmentFactory, InstitutionFactory, MembershipFactory
from tests.test_access_matrix import names
from tests.test_query_counts import cost

pytestmark = pytest.mark.django_db


def compare_more(world: SimpleNamespace) -> None:
    calibrations.both_in(calibrations.twin(world))


def ask_more(world: SimpleNamespace) -> None:
    requests.ask_for_evidence(
        actor=world.coach_a,
        calibration=world.scoring,
        question=f"May we see register {EvidenceRequest.objects.count()}?",
    )


def answer_more(world: SimpleNamespace) -> None:
    """One more answered question about a calibration whose coaches compare."""
    asked = requests.ask_for_evidence(
        actor=world.coach_a,
        calibration=world.both_in,
        question=f"May we see register {EvidenceRequest.objects.count()}?",
    )
    piece = note(world.both_in.assessment.enrolment, world.lead)
    requests.answer_request(actor=world.lead, request=asked, answer="Here.", evidence=[piece])


def keep_more(world: SimpleNamespace) -> None:
    """One more piece in the library of each organisation."""
    note(world.enrolment, world.lead)
    note(world.released.assessment.enrolment, world.lead)


def hand_in_more(world: SimpleNamespace) -> None:
    submitted(calibrations.twin(world).enrolment, world.lead)


def run_more(world: SimpleNamespace) -> None:
    MembershipFactory(user=world.hub, role=Role.HUB, cohort=EnrolmentFactory().cohort)


def coach_more(world: SimpleNamespace) -> None:
    MembershipFactory(role=Role.COACH, institution=InstitutionFactory())


def practise_more(world: SimpleNamespace) -> None:
    world.case.pk = None
    world.case.slug = f"case-{PracticeCase.objects.count()}"
    world.case.save()


def leave_more(world: SimpleNamespace) -> None:
    """The second seat of the review under way falls empty, once more."""
    review = world.scoring.reviews.current().filter(seat="second").first()
    if review is None:
        coach = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
        review = assigning.fill_seat(actor=world.hub, calibration=world.scoring, coach=coach)
    assigning.withdraw_review(actor=world.hub, review=review, reason="Moving away.")


def wonder_more(world: SimpleNamespace) -> None:
    exchange.ask_about_release(
        actor=world.lead, release=world.release, question="What do you mean by register?"
    )


def meet_more(world: SimpleNamespace) -> None:
    meetings.save_meeting(
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


def comparing(world):
    return [world.both_in.pk]


def result(world):
    return [world.released.pk]


def nothing(world):
    return []


LISTS = [
    ("coach_a", "calibration:queue", nothing, compare_more),
    ("coach_a", "calibration:conflicts", nothing, compare_more),
    ("coach_a", "calibration:practice", nothing, practise_more),
    ("coach_a", "calibration:review", own_review, ask_more),
    ("coach_a", "calibration:rate", lambda world: [world.review.pk, "monitor.3"], ask_more),
    ("coach_a", "calibration:ask", own_review, ask_more),
    ("moderator", "calibration:moderation", nothing, compare_more),
    ("moderator", "calibration:desk_criterion", lambda w: [w.both_in.pk, "monitor.3"], answer_more),
    ("moderator", "calibration:third_coach", comparing, coach_more),
    ("hub", "cohorts", nothing, run_more),
    ("hub", "cohort", cohort, compare_more),
    ("hub", "calibration:coaches", cohort, coach_more),
    ("hub", "calibration:suggestions", cohort, hand_in_more),
    ("hub", "calibration:questions", cohort, wonder_more),
    ("hub", "calibration:assign", lambda world: [world.unassigned.pk], coach_more),
    ("hub", "calibration:replace", own_review, coach_more),
    ("hub", "calibration:fill_seat", lambda world: [world.scoring.pk], leave_more),
    ("lead", "calibration:result", result, wonder_more),
    ("lead", "calibration:late_evidence", result, keep_more),
    ("lead", "calibration:requests", lambda world: [world.submitted.pk], ask_more),
    ("lead", "calibration:request_answer", lambda world: [world.request.pk], keep_more),
    ("lead", "calibration:meetings", result, meet_more),
]
# Their rows are the framework's criteria, or counted in the tests of their own pages.
NO_LIST = {
    "calibration:acknowledge",
    "calibration:agreement",
    "calibration:agreement_csv",
    "calibration:answer",
    "calibration:confirm_agreements",
    "calibration:desk",
    "calibration:examples",
    "calibration:lease_return",
    "calibration:lease_take",
    "calibration:meeting_add",
    "calibration:meeting_edit",
    "calibration:open",
    "calibration:practice_case",
    "calibration:propose",
    "calibration:rate_autosave",
    "calibration:release",
    "calibration:release_ask",
    "calibration:reopen",
    "calibration:result_csv",
    "calibration:result_report",
    "calibration:result_version",
    "calibration:reveal",
    "calibration:review_recall",
    "calibration:review_recuse",
    "calibration:review_submit",
    "calibration:settings",
    "calibration:severity",
    "calibration:sign",
}


def test_every_url_is_listed_here_or_has_no_list_of_its_own() -> None:
    listed = {name for _, name, _, _ in LISTS}
    assert not listed & NO_LIST
    urls = [
        name for name in names() if name.startswith("calibration:") or name in ("cohorts", "cohort")
    ]
    assert sorted(urls) == sorted(listed | NO_LIST)


@pytest.mark.parametrize(("role", "name", "args", "more"), LISTS, ids=[one[1] for one in LISTS])
def test_three_rows_more_cost_nothing_more(world, sign_in, role, name, args, more) -> None:
    address = reverse(name, args=args(world))
    client = sign_in(getattr(world, role))
    more(world)
    client.get(address)
    before, short = cost(client, address)
    more(world)
    more(world)
    after, long = cost(client, address)
    assert long > short, "the page does not show the rows"
    assert len(after) == len(before), "\n".join(after)
