from collections.abc import Collection

from accelerator.models import Cohort
from calibration.models import CalibrationSettings


def settings_by_cohort(cohorts: Collection[int]) -> dict[int, CalibrationSettings]:
    """How each of the cohorts, by id, calibrates. One query."""
    found = CalibrationSettings.objects.in_bulk(cohorts)
    return {pk: found.get(pk) or CalibrationSettings(cohort_id=pk) for pk in cohorts}


def settings_of(cohort: Cohort) -> CalibrationSettings:
    return settings_by_cohort([cohort.pk])[cohort.pk]


def options_of(cohort: Cohort | None) -> dict[str, bool]:
    """The same by field; the defaults for a cohort that is to be made."""
    row = settings_of(cohort) if cohort else CalibrationSettings()
    return {"hide_self_level": row.hide_self_level, "require_practice": row.require_practice}
