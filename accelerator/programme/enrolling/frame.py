"""What enrolling brings to the pages of a cohort."""

from accelerator.models import Cohort
from accelerator.programme.cohorts.frame import Tab


def tabs(_cohort: Cohort) -> list[Tab]:
    return [Tab("organisations", "Organisations")]
