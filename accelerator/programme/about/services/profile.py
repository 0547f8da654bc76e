from typing import Any

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import Enrolment, Profile, User
from accelerator.programme.enrolment import locked, must_be_open


class Meanwhile(Exception):
    """Somebody else saved the profile after it was read; `stands` is what they saved."""

    def __init__(self, stands: Profile) -> None:
        super().__init__("Changed meanwhile.")
        self.stands = stands


@transaction.atomic
def save_profile(
    *, actor: User, enrolment: Enrolment, read_version: int, values: dict[str, Any]
) -> Profile:
    """Save what an organisation says of itself, read at `read_version` (0: there was none).

    Raises Meanwhile, and Refused where nothing of the enrolment changes any more.
    """
    row = locked(enrolment)
    must_be_open(row)
    profile = Profile.objects.filter(enrolment=row).first()
    if profile is not None and profile.version != read_version:
        raise Meanwhile(profile)
    profile = profile or Profile(enrolment=row, version=0)
    changed = [name for name, value in values.items() if getattr(profile, name) != value]
    if not changed:
        return profile
    for name in changed:
        setattr(profile, name, values[name])
    profile.updated_by, profile.updated_at = actor, timezone.now()
    profile.version += 1
    profile.save()
    audit.record(actor, "profile.saved", profile, changed=sorted(changed))
    return profile
