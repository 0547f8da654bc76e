"""Which releases a person may read. Nothing here answers before there is one."""

from django.db.models import Exists, OuterRef, QuerySet

from accelerator.core.access import get_for
from accelerator.models import User
from calibration.models import Release, Review

RELEASES = Release.objects.select_related(
    "calibration__assessment__enrolment__organisation",
    "calibration__assessment__enrolment__programme",
    "calibration__assessment__enrolment__cohort",
    "calibration__assessment__framework",
    "acknowledged_by",
)


def _readable(user: User) -> QuerySet[Release]:
    """All but those of a calibration that `user` still has to review for its next version."""
    own_open = Review.objects.filter(
        calibration=OuterRef("calibration"), coach=user, state=Review.State.OPEN
    )
    return RELEASES.exclude(Exists(own_open))


def standing_release(user: User, action: str, pk: int) -> Release:
    """The release of calibration `pk` that stands. Raises as `get_for` does."""
    return get_for(user, _readable(user), action, calibration=pk, superseded_at=None)


def release_version(user: User, action: str, pk: int, version: int) -> Release:
    """One version, superseded or not. Raises as `get_for` does."""
    return get_for(user, _readable(user), action, calibration=pk, version=version)
