"""What Insights brings to the pages of a cohort."""

from accelerator.models import Cohort
from accelerator.programme.cohorts.frame import Tab


def tabs(cohort: Cohort) -> list[Tab]:
    return [Tab("cohort", "Overview")]
