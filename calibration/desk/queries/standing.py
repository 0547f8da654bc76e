"""Who stands where at a desk: who may take it, settle, release, and which desks somebody has."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accelerator.core.access import may, scoped
from accelerator.models import User
from calibration.access import side_by_side, tied_to
from calibration.desk.queries.desk import Desk
from calibration.desk.queries.inputs import stale_decisions
from calibration.desk.queries.lease_panel import standing
from calibration.models import Calibration, Decision, Review, ReviewRating, why_no_third

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

LOOK_AGAIN = "Was agreed; needs another look"


class Counts(TypedDict):
    """What `listed` counts of each calibration."""

    criteria: int
    differences: int
    decided: int


if TYPE_CHECKING:
    ListedCalibration = WithAnnotations[Calibration, Counts]


def why_not_moderate(user: User, calibration: Calibration) -> str:
    """Why somebody cannot moderate impartially; "" when they can."""
    if tied_to(user).filter(pk=calibration.pk).exists():
        organisation = calibration.assessment.enrolment.organisation
        return f"You have a conflict of interest with {organisation}."
    if calibration.reviews.filter(coach=user).exists():
        return "A coach of this assessment cannot moderate it."
    return ""


def seat_of(calibration: Calibration, user: User) -> Review | None:
    """The user's own submitted review here, if they are one of its coaches."""
    return calibration.reviews.submitted().filter(coach=user).first()


def about(desk: Desk, user: User) -> dict:
    """What every page of a desk shows: who may do what now, and who has the desk."""
    calibration = desk.calibration
    is_moderator = may(calibration, "calibration.moderate")
    is_open = not calibration.why_closed
    runs = may(calibration, "calibration.run") and is_open
    refusal = why_not_moderate(user, calibration) if is_moderator else ""
    moderates = is_moderator and not refusal and is_open
    live = calibration.has_live_lease
    review = seat_of(calibration, user)
    main_coach = review is not None and review.is_main
    current = list(calibration.reviews.current())
    is_yours = live and calibration.lease_holder_id == user.pk
    return {
        "calibration": calibration,
        "assessment": calibration.assessment,
        "desk": desk,
        "is_moderator": is_moderator,
        "standing": standing(
            desk,
            is_moderator=is_moderator,
            is_main_coach=main_coach,
            is_yours=is_yours,
            refusal=refusal,
        ),
        "review": review,
        "lease_is_yours": is_yours,
        "can_take": moderates and calibration.is_decidable and not live,
        "can_propose": main_coach and calibration.is_settling and not live and is_open,
        "main_coach": main_coach,
        "can_release": runs and calibration.is_agreed and desk.all_decided,
        "third": next((one for one in current if one.seat == Review.Seat.THIRD), None),
        "can_ask_third": (moderates or runs)
        and review is None
        and not why_no_third(calibration, current),
    }


def listed(user: User) -> "QuerySet[ListedCalibration]":
    """What `user` moderates, with `criteria`, `differences` and `decided` counted in SQL.

    Only what may be set side by side is listed, so no count can move before that.
    """
    differing = (
        ReviewRating.objects.to_compare()
        .filter(review__calibration=OuterRef("pk"))
        .differing()
        .order_by()
        .values("review__calibration")
        .annotate(count=Count("criterion", distinct=True))
        .values("count")
    )
    decided = (
        Decision.objects.filter(calibration=OuterRef("pk"), version=OuterRef("version"))
        .order_by()
        .values("calibration")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        scoped(user, side_by_side(user), "calibration.moderate")
        .annotate(
            criteria=Count("assessment__framework__criteria"),
            differences=Coalesce(Subquery(differing), 0),
            decided=Coalesce(Subquery(decided), 0),
        )
        .order_by(F("both_in_at").asc(nulls_last=True), "pk")
    )


@dataclass(frozen=True)
class Listed:
    """One calibration in a moderator's list; `stale`: how many decisions need another look."""

    calibration: "ListedCalibration"
    stale: int

    @property
    def decided(self) -> int:
        return self.calibration.decided - self.stale

    @property
    def state(self) -> str:
        """Where it stands, in words: what was agreed and has changed since is not agreed."""
        if self.calibration.why_closed and not self.calibration.is_released:
            return self.calibration.why_closed
        if self.stale and self.calibration.is_agreed:
            return LOOK_AGAIN
        return self.calibration.get_state_display()


def rows_of(calibrations: "Iterable[ListedCalibration]") -> list[Listed]:
    """Those of one page of `listed`. Four queries, however many there are."""
    calibrations = list(calibrations)
    stale = stale_decisions(calibrations)
    return [Listed(one, len(stale.get(one.pk, ()))) for one in calibrations]
