"""When a phase is due for an enrolment, and everything that says so."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.models import AuditEvent, Cohort, Deadline, Enrolment, PeakPeriod
from accelerator.programme.about.services import dates as service
from accelerator.programme.dates.queries import due_of
from accelerator.programme.enrolment import Refused
from calibration.assigning.services import assigning
from calibration.models import Calibration
from tests.conftest import with_whole_team
from tests.factories.assessment import open_framework, started, submitted

pytestmark = pytest.mark.django_db
Phase = Deadline.Phase
MAY = date(2027, 5, 3)


@pytest.fixture
def cast(cast):
    return with_whole_team(cast)


def own(cast, phase=Phase.IMPROVE, day=MAY, reason="The building is shut.") -> Deadline:
    return service.set_deadline(
        actor=cast.hub, enrolment=cast.enrolment, phase=phase, due_on=day, reason=reason
    )


def camp(cast, first=date(2027, 5, 1), last=date(2027, 5, 31)) -> PeakPeriod:
    return service.save_busy_time(
        actor=cast.lead, enrolment=cast.enrolment, starts_on=first, ends_on=last, what="Camp"
    )


def address(cast, name="dates", *more) -> str:
    return reverse(name, args=[cast.enrolment.pk, *more])


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_hub_gives_an_enrolment_its_own_date_and_the_lead_is_told(cast, sign_in, mailbox):
    given = {"due_on": "2027-05-03", "reason": "The building is shut."}
    page = text(sign_in(cast.hub).post(address(cast, "deadline", "improve"), given, follow=True))
    assert "The date of Improve is saved." in page
    assert "3 May 2027" in page
    assert "In place of the cohort’s 31 March 2027" in page
    assert "The building is shut." in text(sign_in(cast.member).get(address(cast)))
    fresh = Enrolment.objects.get(pk=cast.enrolment.pk)
    assert due_of(fresh, Phase.IMPROVE) == MAY
    assert due_of(cast.other, Phase.IMPROVE) == cast.other.cohort.improve_due
    letters = mailbox()
    assert {one.to[0] for one in letters} == {cast.lead.email, cast.deputy.email}
    assert letters[0].subject == "A new date: Improve is due on 3 May 2027"
    for words in ("31 March 2027", "The building is shut.", address(cast)):
        assert words in letters[0].body
    event = AuditEvent.objects.get(action="deadline.set")
    assert (event.actor, event.data) == (cast.hub, {"phase": "improve", "due_on": "2027-05-03"})


def test_saving_the_same_date_again_tells_nobody(cast, mailbox):
    own(cast)
    own(cast)
    own(cast, reason="Another reason.")
    assert len(mailbox()) == 2, "one letter each to lead and deputy"
    assert Deadline.objects.get().reason == "Another reason."


def test_an_own_date_that_is_the_cohorts_comes_and_goes_without_a_letter(cast, mailbox):
    own(cast, day=cast.enrolment.cohort.improve_due)
    service.clear_deadline(actor=cast.hub, enrolment=cast.enrolment, phase=Phase.IMPROVE)
    assert not mailbox()


def test_back_to_the_cohorts_date(cast, sign_in, mailbox):
    own(cast)
    client = sign_in(cast.hub)
    page = text(client.post(address(cast, "deadline_clear", "improve"), follow=True))
    assert "Improve has the cohort’s date again." in page
    assert due_of(Enrolment.objects.get(pk=cast.enrolment.pk), Phase.IMPROVE) == date(2027, 3, 31)
    assert "It is due on 31 March 2027 now." in mailbox()[-1].body
    history = page.partition("Who changed what")[2]
    assert "Improve: the cohort’s date again" in history
    assert history.count(str(cast.hub)) == 2
    assert AuditEvent.objects.filter(action="deadline.cleared", actor=cast.hub).count() == 1
    again = client.post(address(cast, "deadline_clear", "improve"), follow=True)
    assert "This date is the cohort’s already." in text(again)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2027-01-14", "Choose 15 January 2027 or later: Calibrate is due then."),
        ("2027-09-02", "Choose 1 September 2027 or earlier: Review is due then."),
        ("", "Due on: enter a date."),
        ("soon", "Due on: enter a date, such as 2027-09-01."),
        ("0001-01-01", "Due on: enter a year from 2000 to 2199."),
    ],
)
def test_a_day_that_cannot_be_is_explained_beside_its_field(cast, sign_in, day, why):
    response = sign_in(cast.hub).post(
        address(cast, "deadline", "improve"), {"due_on": day, "reason": "Typed words."}
    )
    assert response.status_code == 422
    assert why in response.context["form"].errors["due_on"][0]
    assert text(response).count(why) == 2, "in the summary and beside the field"
    assert "Typed words." in text(response)
    assert not Deadline.objects.exists()


def test_the_service_keeps_the_order_too(cast):
    own(cast)
    with pytest.raises(Refused, match="Improve is due then"):
        own(cast, Phase.REVIEW, date(2027, 5, 2))
    with pytest.raises(Refused, match="the cohort begins then"):
        own(cast, Phase.EXPLORE, date(2026, 8, 31))
    own(cast, Phase.REVIEW, MAY)


def test_a_date_does_not_go_back_to_one_that_crosses(cast):
    own(cast)
    own(cast, Phase.CALIBRATE, date(2027, 4, 15))
    with pytest.raises(Refused, match="does not fit between the others"):
        service.clear_deadline(actor=cast.hub, enrolment=cast.enrolment, phase=Phase.IMPROVE)


def test_dates_that_cross_since_the_cohorts_moved_are_said(cast, sign_in):
    own(cast)
    assert "no longer in order" not in text(sign_in(cast.hub).get(address(cast)))
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(
        calibrate_due=date(2027, 6, 1), improve_due=date(2027, 6, 2)
    )
    assert "no longer in order" in text(sign_in(cast.hub).get(address(cast)))


def test_home_the_framework_and_calibration_ask_for_the_same_date(cast, sign_in):
    own(cast, Phase.EXPLORE, date(2026, 12, 1))
    own(cast, Phase.CALIBRATE, date(2027, 2, 3))
    open_framework(cast.enrolment)
    page = sign_in(cast.lead).get(reverse("home"))
    (journey,) = page.context["journeys"]
    assert journey.due == date(2026, 12, 1)
    assert [step.when for step in journey.steps][:2] == ["due 1 Dec 2026", "due 3 Feb 2027"]
    assessment = started(cast.enrolment, cast.lead)
    overview = sign_in(cast.lead).get(reverse("assessments:overview", args=[assessment.pk]))
    assert "due 1 Dec 2026" in text(overview)


def test_a_calibration_is_due_on_the_enrolments_own_date(cast, sign_in):
    calibration = assigning.open_calibration(
        actor=cast.hub, assessment=submitted(cast.enrolment, cast.lead)
    )
    assert calibration.due_on == date(2027, 1, 15)
    own(cast, Phase.CALIBRATE, date(2027, 2, 3))
    page = sign_in(cast.hub).get(reverse("calibration:assign", args=[calibration.pk]))
    assert page.context["form"].initial["due_on"] == date(2027, 2, 3)


def test_assigning_many_at_once_leaves_an_own_date(cast, sign_in):
    today = timezone.localdate()
    due = {"explore": -10, "calibrate": 20, "improve": 80, "review": 300}
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(
        starts_on=today - timedelta(days=90),
        **{f"{phase}_due": today + timedelta(days=days) for phase, days in due.items()},
    )
    later, for_all = today + timedelta(days=30), today + timedelta(days=25)
    ours, theirs = submitted(cast.enrolment, cast.lead), submitted(cast.other, cast.outsider)
    own(cast, Phase.CALIBRATE, later)
    service.set_deadline(
        actor=cast.hub,
        enrolment=cast.other,
        phase=Phase.CALIBRATE,
        due_on=today - timedelta(days=5),
        reason="It is past, so the day for all counts.",
    )
    client = sign_in(cast.hub)
    batch = reverse("calibration:suggestions", args=[cast.enrolment.cohort.slug])
    page = client.get(batch)
    assert page.context["form"].initial["due_on"] == today + timedelta(days=20)
    assert text(page).count(f"Due on {later:%-d %B %Y}, a date of its own.") == 1
    rows = {"due_on": for_all}
    for one in (ours, theirs):
        rows |= {f"first-{one.pk}": cast.coach_a.pk, f"second-{one.pk}": cast.coach_b.pk}
    assert client.post(batch, rows).status_code == 302
    due = dict(Calibration.objects.values_list("assessment", "due_on"))
    assert due == {ours.pk: later, theirs.pk: for_all}


def test_a_date_in_a_busy_time_is_said_wherever_it_is_met(cast, sign_in):
    camp(cast, date(2026, 11, 1), date(2027, 5, 31))
    said = "This falls in Camp, 1 November 2026 to 31 May 2027."
    open_framework(cast.enrolment)
    assert text(sign_in(cast.lead).get(reverse("home"))).count(said) == 1
    assert text(sign_in(cast.adviser).get(address(cast))).count(said) == 3
    form = address(cast, "deadline", "improve")
    assert "Camp: 1 November 2026" in text(sign_in(cast.hub).get(form))
    given = {"due_on": "2027-05-03", "reason": "They asked."}
    assert f"Improve: {said}" in text(sign_in(cast.hub).post(form, given, follow=True))
    given["due_on"] = "2027-06-01"
    assert f"Improve: {said}" not in text(sign_in(cast.hub).post(form, given, follow=True))


def test_a_lead_adds_changes_and_removes_a_busy_time(cast, sign_in):
    client = sign_in(cast.deputy)
    given = {"what": "Summer camp", "starts_on": "2027-06-01", "ends_on": "2027-06-01"}
    assert "1 June 2027" in text(client.post(address(cast, "busy_add"), given, follow=True))
    period = PeakPeriod.objects.get()
    given["ends_on"] = "2027-08-31"
    page = client.post(address(cast, "busy_edit", period.pk), given, follow=True)
    assert "1 June 2027 to 31 August 2027" in text(page)
    gone = address(cast, "busy_remove", period.pk)
    page = text(sign_in(cast.lead).post(gone, follow=True))
    assert "No busy time is noted" in page
    removed = "Busy time removed: Summer camp, 1 June to 31 August 2027"
    assert f'· {cast.lead}</p> <p class="mb-1">{removed}' in page
    assert [one.action for one in AuditEvent.objects.filter(action__startswith="busy")] == [
        "busy_time.removed",
        "busy_time.saved",
        "busy_time.saved",
    ]


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"ends_on": "2027-05-31"}, "ends_on", "the first day or a later one"),
        ({"what": "  "}, "what", "Say what it is"),
        ({"what": "x" * 201}, "what", "200"),
        ({"starts_on": "yesterday"}, "starts_on", "First day: enter a date"),
    ],
)
def test_a_busy_time_that_cannot_be_is_explained(cast, sign_in, change, field, why):
    given = {"what": "Camp", "starts_on": "2027-06-01", "ends_on": "2027-06-02"} | change
    response = sign_in(cast.lead).post(address(cast, "busy_add"), given)
    assert response.status_code == 422
    assert why in response.context["form"].errors[field][0]
    assert not PeakPeriod.objects.exists()


def test_a_busy_time_that_is_gone_stays_gone(cast):
    period = camp(cast)
    for _ in range(2):
        service.remove_busy_time(actor=cast.lead, enrolment=cast.enrolment, period=period)
    assert AuditEvent.objects.filter(action="busy_time.removed").count() == 1
    with pytest.raises(Refused, match="removed this busy time"):
        service.save_busy_time(
            actor=cast.lead,
            enrolment=cast.enrolment,
            starts_on=MAY,
            ends_on=MAY,
            what="Camp",
            period=period,
        )


def test_one_organisations_busy_time_is_not_anothers(cast, sign_in):
    period = camp(cast)
    for name in ("busy_edit", "busy_remove"):
        other = reverse(name, args=[cast.other.pk, period.pk])
        assert sign_in(cast.outsider).post(other, {}).status_code == 404
    assert PeakPeriod.objects.exists()


@pytest.mark.parametrize("name", ["deadline", "deadline_clear"])
def test_there_are_four_phases_and_no_other(cast, sign_in, name):
    assert sign_in(cast.hub).post(address(cast, name, "rest"), {}).status_code == 404


def test_during_a_pause_only_the_hub_moves_dates_and_afterwards_nobody(cast, sign_in):
    def state(**fields) -> None:
        Enrolment.objects.filter(pk=cast.enrolment.pk).update(**fields)

    state(state="paused", paused_on="2026-12-01")
    cast.enrolment.refresh_from_db()
    own(cast)
    for browser, why in ((sign_in(cast.lead), "paused since"), (sign_in(cast.hub), "paused since")):
        assert why in text(browser.get(address(cast, "busy_add"), follow=True))
    with pytest.raises(Refused, match="paused since"):
        camp(cast)
    state(state="withdrawn", paused_on=None, withdrawn_on="2027-01-01")
    with pytest.raises(Refused, match="left the cohort on"):
        own(cast, day=date(2027, 5, 4))
    page = sign_in(cast.hub).get(address(cast))
    assert reverse("deadline", args=[cast.enrolment.pk, "improve"]) not in text(page)
    assert "left the cohort on" in text(page)
    state(state="active", withdrawn_on=None)
    Cohort.objects.filter(pk=cast.enrolment.cohort_id).update(closed_on="2027-01-01")
    with pytest.raises(Refused, match="cohort ended on"):
        own(cast, day=date(2027, 5, 4))
