"""Which releases a person may read. Nothing here answers before there is one."""

from django.db.models import QuerySet

from accelerator.core.access import get_for
from accelerator.models import User
from calibration.models import Calibration, Release

RELEASES = Release.objects.select_related(
    "calibration__assessment__enrolment__organisation",
    "calibration__assessment__enrolment__programme",
    "calibration__assessment__enrolment__cohort",
    "calibration__assessment__framework",
    "acknowledged_by",
)


def _readable(user: User) -> QuerySet[Release]:
    """All but those of a calibration that `user` still has to review for its next version."""
    return RELEASES.filter(calibration__in=Calibration.objects.unblinded_for(user))


def releases_of(calibration: Calibration) -> QuerySet[Release]:
    """Its versions, the newest first."""
    return Release.objects.filter(calibration=calibration).order_by("-version")


def page_of(release: Release) -> dict:
    """What every page about a release shows."""
    calibration = release.calibration
    return {"release": release, "calibration": calibration, "assessment": calibration.assessment}


def standing_release(user: User, action: str, pk: int) -> Release:
    """The release of calibration `pk` that stands. Raises as `get_for` does."""
    return get_for(user, _readable(user), action, calibration=pk, superseded_at=None)


def release_version(user: User, action: str, pk: int, version: int) -> Release:
    """One version, superseded or not. Raises as `get_for` does."""
    return get_for(user, _readable(user), action, calibration=pk, version=version)
