from django.db import transaction

from accelerator.core import audit
from accelerator.models import Cohort, User
from calibration.models import (
    CalibrationSettings,
)


@transaction.atomic
def save_settings(
    *, actor: User, cohort: Cohort, hide_self_level: bool, require_practice: bool
) -> None:
    """Set how a cohort calibrates. Open calibrations keep what they began with."""
    row, _ = CalibrationSettings.objects.update_or_create(
        cohort=cohort,
        defaults={"hide_self_level": hide_self_level, "require_practice": require_practice},
    )
    audit.record(
        actor, "calibration.settings", row, hide=hide_self_level, practice=require_practice
    )
