"""Who has the desk, in words, and what the reader can do about it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.utils import timezone
from django.utils.formats import time_format

from calibration.desk.queries.desk import Desk
from calibration.models.calibration import LEASE

FINISH = "Finish: everything is decided"
MINUTES = LEASE // timedelta(minutes=1)


@dataclass(frozen=True)
class Button:
    """Takes the desk, finishes, or gives it back unfinished; `style` is of the button."""

    words: str
    does: Literal["take", "return", "pause"]
    style: str


@dataclass(frozen=True)
class Standing:
    """One panel: a title (or none), what follows from it, and the buttons.

    `beside` puts the buttons beside the words; `look_again` offers to load the page afresh.
    """

    title: str
    words: str
    buttons: tuple[Button, ...] = ()
    beside: bool = False
    look_again: bool = False


def standing(
    desk: Desk, *, is_moderator: bool, is_main_coach: bool, is_yours: bool, refusal: str
) -> Standing | None:
    """What stands above a desk. `refusal` says why this moderator may not decide, if so."""
    calibration = desk.calibration
    if calibration.is_released or calibration.why_closed:
        return None
    live = calibration.has_live_lease
    until = time_format(timezone.localtime(calibration.lease_expires_at), "H:i") if live else ""
    if not is_moderator:
        return _seen_by_others(until, is_main_coach) if live else None
    if refusal:
        return Standing("Somebody else moderates this", f"{refusal} You can read everything here.")
    if is_yours:
        return _yours(desk, until)
    if live and calibration.lease_holder:
        return Standing(
            f"{calibration.lease_holder.name} has the desk until {until}",
            "You can read everything meanwhile. When they give it back, or the time has run out, "
            "you can take it here.",
            look_again=True,
        )
    return _free(desk)


def _seen_by_others(until: str, is_main_coach: bool) -> Standing:
    words = f"A moderator is at work on this until {until}."
    if is_main_coach:
        words += " You can propose and sign again when they have finished."
    return Standing("", words)


def _yours(desk: Desk, until: str) -> Standing:
    quiet = "btn-quiet btn-sm"
    back = Button("Give the desk back", "pause", quiet)
    words = (
        f"Nobody else decides meanwhile. Each decision renews it; after {MINUTES} minutes without "
        "one it is free again."
    )
    if desk.all_decided:
        words += " Change what you like: it stays open until you finish."
    return Standing(
        f"You have the desk until {until}",
        words,
        (Button(FINISH, "return", "btn-primary btn-sm"), back) if desk.all_decided else (back,),
        beside=True,
    )


def _free(desk: Desk) -> Standing | None:
    calibration = desk.calibration
    if not calibration.is_decidable:
        return None
    if calibration.is_agreed and not desk.all_decided:
        return Standing(
            "Something changed since this was agreed",
            "It cannot be released until a moderator has looked again at what is listed below.",
            (Button("Take the desk again", "take", "btn-primary"),),
            beside=True,
        )
    if calibration.is_agreed:
        return Standing(
            "Everything is decided",
            "The Learning Hub can release it. To change something, take the desk: it then counts "
            "as being moderated until you finish again.",
            (Button("Take the desk again", "take", "btn-quiet btn-sm"),),
        )
    finish = Button(FINISH, "return", "btn-primary")
    take = Button("Take the desk", "take", "btn-quiet" if desk.all_decided else "btn-primary")
    return Standing(
        "Nobody has the desk",
        f"Take it to decide. Nobody else can meanwhile; after {MINUTES} minutes without a decision "
        "it is free again.",
        (finish, take) if desk.all_decided else (take,),
        beside=True,
    )
