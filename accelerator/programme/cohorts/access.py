"""How a cohort is fetched for those who run it."""

from accelerator.core.access import get_for, scoped
from accelerator.models import Cohort, User
from accelerator.models.programme import CohortQuerySet


def cohort_for(user: User, slug: str) -> Cohort:
    """The cohort, for those who run it."""
    return get_for(user, Cohort.objects.all(), "cohort.run", slug=slug)


def cohorts_of(user: User) -> CohortQuerySet:
    """The cohorts that a person runs, newest first."""
    return scoped(user, Cohort.objects.all(), "cohort.run").order_by("-starts_on", "name", "pk")
