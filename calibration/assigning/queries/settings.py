from accelerator.models import Cohort
from calibration.models import (
    CalibrationSettings,
)


def settings_of(cohort: Cohort) -> CalibrationSettings:
    return CalibrationSettings.objects.filter(cohort=cohort).first() or CalibrationSettings(
        cohort=cohort
    )
