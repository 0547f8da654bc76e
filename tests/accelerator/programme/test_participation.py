"""An organisation's part in its cohort is paused, goes on, or ends."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.core.closing import hold_open
from accelerator.models import AuditEvent, Enrolment, OutgoingMail, Role
from accelerator.models.programme import still_open
from accelerator.programme.cohorts.queries.figures import Counts
from accelerator.programme.enrolling.queries import enrolment_counts
from accelerator.programme.participation import services
from accelerator.programme.participation.rules import why_not_on
from assessments.models import Rating
from assessments.rating.services import save_rating
from assessments.rules.problems import AssessmentLocked
from calibration.desk.services.staleness import tell_of_stale
from calibration.models import Calibration, EvidenceRequest, Review
from calibration.reviewing.services.requests import answer_request, ask_for_evidence
from calibration.reviewing.services.reviewing import save_judgement
from calibration.rules.problems import ReviewLocked, StepRefused
from tests import together
from tests.factories import calibration as calibrations
from tests.factories.assessment import answers, started
from tests.factories.programme import EnrolmentFactory, MembershipFactory
from tests.markup import page

pytestmark = pytest.mark.django_db
BEGAN, TODAY = date(2026, 9, 1), date(2026, 11, 21)


@pytest.fixture(autouse=True)
def begun(request) -> None:
    """The cast's cohort has begun, whatever day it is."""
    if "cast" in request.fixturenames:
        cohort = request.getfixturevalue("cast").enrolment.cohort
        cohort.starts_on = timezone.localdate() - timedelta(days=60)
        type(cohort).objects.filter(pk=cohort.pk).update(starts_on=cohort.starts_on)


def change(name: str, cast, **more) -> None:
    words = {"on": timezone.localdate(), "reason": "Their manager is on leave."} | more
    getattr(services, name)(actor=cast.hub, enrolment=cast.enrolment, **words)
    cast.enrolment.refresh_from_db()


@pytest.mark.parametrize(
    ("day", "since", "why"),
    [
        (TODAY, None, ""),
        (BEGAN, None, ""),
        (TODAY + timedelta(days=1), None, "Choose today"),
        (BEGAN - timedelta(days=1), None, "The cohort began on 1 September 2026"),
        (BEGAN, BEGAN + timedelta(days=1), "has stood still since 2 September 2026"),
        (BEGAN + timedelta(days=1), BEGAN + timedelta(days=1), ""),
    ],
)
def test_it_stops_between_the_cohorts_beginning_and_today(day, since, why) -> None:
    said = why_not_on(day, began=BEGAN, today=TODAY, since=since)
    assert why in said
    assert bool(said) is bool(why)


def test_before_the_cohort_begins_today_will_do() -> None:
    assert why_not_on(TODAY, began=TODAY + timedelta(days=9), today=TODAY) == ""


def test_paused_withdrawn_and_back_again(cast) -> None:
    change("pause", cast)
    assert "has been paused since" in cast.enrolment.why_closed
    assert cast.enrolment.paused_reason == "Their manager is on leave."
    change("withdraw", cast, reason="The programme closed.")
    assert "left the cohort on" in cast.enrolment.why_closed
    assert (cast.enrolment.paused_on, cast.enrolment.paused_reason) == (None, "")
    change("resume", cast, reason="A new manager.")
    assert cast.enrolment.why_closed == ""
    assert cast.enrolment.is_active
    assert [
        (event.action, event.data.get("reason")) for event in AuditEvent.objects.order_by("pk")
    ] == [
        ("enrolment.paused", None),
        ("enrolment.withdrawn", None),
        ("enrolment.resumed", "A new manager."),
    ]


@pytest.mark.parametrize(
    ("before", "then", "why"),
    [
        ([], "resume", "takes part already"),
        (["pause"], "pause", "has been paused since"),
        (["withdraw"], "pause", "left the cohort"),
        (["withdraw"], "withdraw", "left the cohort"),
    ],
)
def test_a_step_that_does_not_fit_changes_nothing(cast, before, then, why) -> None:
    for name in before:
        change(name, cast)
    letters = OutgoingMail.objects.count()
    with pytest.raises(services.CannotChange, match=why):
        change(then, cast)
    assert OutgoingMail.objects.count() == letters
    assert AuditEvent.objects.count() == len(before)


def test_in_a_cohort_that_has_ended_nothing_changes(cast) -> None:
    cast.enrolment.cohort.closed_on = timezone.localdate()
    cast.enrolment.cohort.save()
    with pytest.raises(services.CannotChange, match="This cohort ended on"):
        change("pause", cast)


def test_a_day_that_cannot_be_is_refused_by_the_service_too(cast) -> None:
    with pytest.raises(services.CannotChange, match="Choose today"):
        change("pause", cast, on=timezone.localdate() + timedelta(days=1))


def test_those_concerned_are_told_without_the_reason(cast) -> None:
    adviser = MembershipFactory(role=Role.ADVISER, enrolment=cast.enrolment).user
    calibrations.scored(cast)
    OutgoingMail.objects.all().delete()
    change("pause", cast)
    letters = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert set(letters) == {one.email for one in (cast.lead, adviser, cast.coach_a, cast.coach_b)}
    assert all("manager" not in mail.text + mail.subject for mail in letters.values())
    assert "You need not do anything" in letters[cast.lead.email].text


def test_the_page_says_what_closes_then_does_it(cast, sign_in) -> None:
    calibrations.scored(cast)
    hub = sign_in(cast.hub)
    address = reverse("withdraw", args=[cast.enrolment.pk])
    shown = page(hub.get(address))
    assert "2 open reviews: the drafts stay." in shown.text
    assert "The self-assessment that is handed in stays readable." in shown.text
    wrong = hub.post(address, {"on": timezone.localdate() + timedelta(days=1), "reason": ""})
    assert wrong.status_code == 422
    assert {"on", "reason"} == set(wrong.context["form"].errors)
    done = hub.post(address, {"on": timezone.localdate(), "reason": "It closed."}, follow=True)
    assert "has left the cohort" in page(done).text
    cohort = reverse("cohort", args=[cast.enrolment.cohort.slug])
    assert "2 enrolled, 1 active, 1 withdrawn" in page(hub.get(cohort)).text
    again = hub.get(address, follow=True)
    assert "left the cohort on" in page(again).text


def test_two_of_the_hub_at_once_make_one_change(cast, sign_in) -> None:
    hub, words = sign_in(cast.hub), {"on": timezone.localdate(), "reason": "It closed."}
    hub.post(reverse("withdraw", args=[cast.enrolment.pk]), words)
    late = hub.post(reverse("pause", args=[cast.enrolment.pk]), words)
    assert late.status_code == 422
    assert "left the cohort on" in page(late).text
    assert Enrolment.objects.get(pk=cast.enrolment.pk).state == "withdrawn"


def test_a_coach_is_told_calmly_and_loses_nothing(cast, sign_in) -> None:
    review = calibrations.review_of(calibrations.scored(cast), cast.coach_a)
    change("pause", cast)
    coach = sign_in(cast.coach_a)
    queue = page(coach.get(reverse("calibration:queue"))).text
    assert "has been paused since" in queue
    assert "Past its date" not in queue
    shown = page(coach.get(reverse("calibration:rate", args=[review.pk, "monitor.3"])))
    assert "What was written stays readable" in shown.text
    assert "Regular registers are kept." in shown.text
    assert not shown.all("textarea")
    home = page(coach.get(reverse("home"))).text
    assert "Nothing is waiting for you." in home
    assert review.ratings.exclude(level=None).count() == 30
    with pytest.raises(StepRefused, match="paused since"):
        calibrations.submit(review)


def test_a_moderators_turn_ends_and_the_desk_reads_on(cast, sign_in) -> None:
    from calibration.desk.services.lease import take_lease

    calibration = take_lease(actor=cast.moderator, calibration=calibrations.both_in(cast))
    assert Calibration.objects.get(pk=calibration.pk).has_live_lease
    change("pause", cast)
    assert not Calibration.objects.get(pk=calibration.pk).has_live_lease
    shown = page(sign_in(cast.moderator).get(reverse("calibration:desk", args=[calibration.pk])))
    assert "What was written stays readable" in shown.text
    assert "Take the desk" not in shown.text


def test_work_that_stands_still_is_nobodys_load(cast) -> None:
    from calibration.assigning.queries.coaches import coach_loads

    def load() -> tuple[int, int]:
        [row] = [one for one in coach_loads(cast.enrolment.cohort) if one.user == cast.coach_a]
        return row.open, row.everywhere

    calibrations.scored(cast)
    assert load() == (1, 1)
    change("pause", cast)
    assert load() == (0, 0)
    assert not Review.objects.writable().exists()
    # What they must not see is shut all the same.
    assert Calibration.objects.owed_by(cast.coach_a).exists()


def test_what_stands_still_is_neither_overdue_nor_waits(cast) -> None:
    calibration = calibrations.assigned(cast)
    yesterday = timezone.localdate() - timedelta(days=1)
    Calibration.objects.filter(pk=calibration.pk).update(due_on=yesterday)
    asked = ask_for_evidence(actor=cast.coach_a, calibration=calibration, question="Registers?")

    def waiting() -> list[bool]:
        row = Calibration.objects.get(pk=calibration.pk)
        question = EvidenceRequest.objects.get(pk=asked.pk)
        assert Calibration.objects.overdue().exists() is row.is_overdue
        assert EvidenceRequest.objects.open().exists() is question.can_be_answered
        return [row.is_overdue, question.can_be_answered]

    assert waiting() == [True, True]
    change("pause", cast)
    assert waiting() == [False, False]


def test_moderators_are_told_of_what_went_stale_once_it_goes_on(cast) -> None:
    calibration = calibrations.agreed(cast)
    asked = ask_for_evidence(actor=cast.coach_a, calibration=calibration, question="Registers?")
    answer_request(actor=cast.lead, request=asked, answer="Here.")
    change("pause", cast)
    assert tell_of_stale() == 0
    change("resume", cast)
    assert tell_of_stale() == 1


@pytest.mark.parametrize("state", ["active", "paused", "withdrawn", "ended"])
def test_the_open_are_those_that_say_nothing_against_it(cast, state: str) -> None:
    one, today = cast.enrolment, timezone.localdate()
    if state == "ended":
        one.cohort.closed_on = today
        one.cohort.save()
    else:
        one.state = state
        one.paused_on = today if state == "paused" else None
        one.withdrawn_on = today if state == "withdrawn" else None
        one.save()
    assert bool(one.why_closed) is (state != "active")
    assert Enrolment.objects.filter(still_open(), pk=one.pk).exists() is (state == "active")
    with transaction.atomic():
        if state == "active":
            hold_open(one.pk, StepRefused)
        else:
            with pytest.raises(StepRefused, match=one.why_closed):
                hold_open(one.pk, StepRefused)


def test_the_figures_follow(cast) -> None:
    EnrolmentFactory(cohort=cast.enrolment.cohort, state="paused", paused_on=date(2026, 10, 1))
    change("withdraw", cast)
    assert enrolment_counts(cast.enrolment.cohort) == Counts(3, 1, 1, 1)


def leave(cast) -> None:
    services.withdraw(
        actor=cast.hub,
        enrolment=cast.enrolment,
        on=timezone.localdate(),
        reason="It closed.",
    )


@pytest.mark.django_db(transaction=True)
def test_a_save_behind_a_withdrawal_waits_and_is_refused(cast) -> None:
    rating = started(cast.enrolment, cast.lead).ratings.first()
    with transaction.atomic():
        leave(cast)
        late = together.start(
            lambda: save_rating(
                actor=cast.lead, rating=rating, read_version=0, answers=answers(1, "Too late.")
            )
        )
        together.wait_for_a_lock(late)
    error = late.exception(together.PATIENCE)
    assert isinstance(error, AssessmentLocked)
    assert "left the cohort on" in str(error)
    assert Rating.objects.get(pk=rating.pk).level is None


@pytest.mark.django_db(transaction=True)
def test_a_coachs_save_behind_a_withdrawal_waits_and_is_refused(cast) -> None:
    review = calibrations.review_of(calibrations.assigned(cast), cast.coach_a)
    rating = review.ratings.select_related("review__calibration__assessment").first()
    with transaction.atomic():
        leave(cast)
        late = together.start(
            lambda: save_judgement(
                rating=rating, read_version=0, judgement=calibrations.judgement()
            )
        )
        together.wait_for_a_lock(late)
    assert isinstance(late.exception(together.PATIENCE), ReviewLocked)
    rating.refresh_from_db()
    assert rating.level is None


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_waits_for_a_save_under_way(cast) -> None:
    rating = started(cast.enrolment, cast.lead).ratings.first()
    with transaction.atomic():
        save_rating(actor=cast.lead, rating=rating, read_version=0, answers=answers(1, "In time."))
        late = together.start(lambda: leave(cast))
        together.wait_for_a_lock(late)
    assert late.result(together.PATIENCE) is None
    assert Rating.objects.get(pk=rating.pk).level == 1
