"""Which sentence stands above a desk, and which buttons, for each reader and state."""

from datetime import date, timedelta
from types import SimpleNamespace

from django.utils import timezone

from accelerator.models import Cohort, Enrolment, User
from assessments.models import Assessment
from calibration.desk.queries.lease_panel import Standing, standing
from calibration.models import Calibration

State = Calibration.State


def seen(
    state: str = State.MODERATING,
    *,
    live: bool = False,
    decided: bool = False,
    ended: bool = False,
    **asked,
):
    enrolment = Enrolment(cohort=Cohort(closed_on=date(2026, 10, 1) if ended else None))
    calibration = Calibration(state=state, assessment=Assessment(enrolment=enrolment))
    if live:
        calibration.lease_holder = User(name="Mo")
        calibration.lease_expires_at = timezone.now() + timedelta(minutes=10)
    desk = SimpleNamespace(calibration=calibration, all_decided=decided)
    reader = {"is_moderator": True, "is_main_coach": False, "is_yours": False, "refusal": ""}
    return standing(desk, **reader | asked)


def buttons(panel: Standing) -> list[tuple[str, str, str]]:
    return [(button.words, button.does, button.style) for button in panel.buttons]


def test_a_released_desk_has_no_panel() -> None:
    assert seen(State.RELEASED, live=True, is_yours=True) is None


def test_nobody_takes_the_desk_once_it_is_closed() -> None:
    assert seen(ended=True, live=True, is_yours=True) is None
    assert seen(ended=True) is None


def test_who_may_not_decide_reads_why() -> None:
    panel = seen(refusal="You coach here.", live=True)
    assert panel.words == "You coach here. You can read everything here."
    assert not panel.buttons


def test_the_holder_can_give_it_back_and_finish_once_all_is_decided() -> None:
    back = ("Give the desk back", "pause", "btn-quiet btn-sm")
    panel = seen(live=True, is_yours=True)
    assert panel.title.startswith("You have the desk until ")
    assert buttons(panel) == [back]
    panel = seen(live=True, is_yours=True, decided=True)
    finish = ("Finish: everything is decided", "return", "btn-primary btn-sm")
    assert buttons(panel) == [finish, back]
    assert "stays open until you finish" in panel.words


def test_agreed_and_stale_never_reads_as_everything_decided() -> None:
    panel = seen(State.AGREED, decided=False)
    assert "Everything is decided" not in f"{panel.title} {panel.words}"
    assert "cannot be released" in panel.words
    assert buttons(panel) == [("Take the desk again", "take", "btn-primary")]


def test_another_moderator_reads_who_has_it_and_looks_again() -> None:
    panel = seen(live=True)
    assert panel.title.startswith("Mo has the desk until ")
    assert panel.look_again
    assert not panel.buttons


def test_a_free_desk_can_be_taken() -> None:
    assert buttons(seen()) == [("Take the desk", "take", "btn-primary")]
    assert buttons(seen(decided=True)) == [
        ("Finish: everything is decided", "return", "btn-primary"),
        ("Take the desk", "take", "btn-quiet"),
    ]
    again = seen(State.AGREED, decided=True)
    assert buttons(again) == [("Take the desk again", "take", "btn-quiet btn-sm")]


def test_coaches_read_only_that_somebody_is_at_work() -> None:
    assert seen(is_moderator=False) is None
    other = seen(is_moderator=False, live=True)
    assert not other.title
    assert "Mo" not in other.words
    assert "sign again" not in other.words
    assert "sign again" in seen(is_moderator=False, is_main_coach=True, live=True).words
