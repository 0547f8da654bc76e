"""Releases with something to see in them: every change, every cause, chosen words."""

from collections.abc import Callable

from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Cause, Decision, Release
from calibration.releasing.services import releasing
from tests.factories.calibration import both_in

CAUSES = list(Cause)


def varied(cast, **words) -> Release:
    """Own level moderate throughout; the coaches' cycles through the scale, none first.

    A quarter each is two steps down, one step down, unchanged and one step up. Every criterion
    has its own commentary and lift, and those marked down a cause.
    """
    calibration = quickly_agreed(cast, lambda place: place % 4)
    reword(calibration, **words)
    return releasing.release(
        actor=cast.hub, calibration=calibration, message=words.get("message", "Thank you.")
    )


def quickly_agreed(cast, level: Callable[[int], int] | int) -> Calibration:
    """Both coaches alike, confirmed all at once."""
    calibration = both_in(cast, first=level, second=level)
    calibration = lease.take_lease(actor=cast.moderator, calibration=calibration)
    moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    calibration.refresh_from_db()
    return calibration


def reword(calibration: Calibration, **words) -> None:
    """Give each decision of the version at hand words that tell them apart."""
    decisions = Decision.objects.filter(
        calibration=calibration, version=calibration.version
    ).select_related("criterion")
    for decision in decisions:
        place = decision.criterion.position
        Decision.objects.filter(pk=decision.pk).update(
            commentary=words.get("commentary", "We saw number {}.").format(place),
            lift=words.get("lift", "Do thing number {}.").format(place),
            cause=CAUSES[place % len(CAUSES)] if place % 4 < 2 else "",
        )


def released_again(cast, calibration: Calibration, **words) -> Release:
    """The next version, with other words."""
    calibration = releasing.reopen(
        actor=cast.hub, calibration=calibration, reason="New evidence came in."
    )
    calibration = lease.take_lease(actor=cast.moderator, calibration=calibration)
    reword(calibration, commentary=words.pop("commentary", "Second look at {}."), **words)
    calibration = lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    return releasing.release(actor=cast.hub, calibration=calibration, message="Once more.")
