"""How a cohort is fetched for those who run it, and who may open a new one."""

from django.http import Http404

from accelerator.core.access import get_for, scoped
from accelerator.models import Cohort, User
from accelerator.models.programme import CohortQuerySet


def cohort_for(user: User, slug: str) -> Cohort:
    """The cohort, for those who run it."""
    return get_for(user, Cohort.objects.all(), "cohort.run", slug=slug)


def cohorts_of(user: User) -> CohortQuerySet:
    """The cohorts that a person runs, newest first."""
    return scoped(user, Cohort.objects.all(), "cohort.run").order_by("-starts_on", "name", "pk")


def may_open(user: User) -> bool:
    """Whether a person may open a cohort: who runs one, and who looks after the site."""
    return user.is_staff or cohorts_of(user).exists()


def require_opener(user: User) -> None:
    """404 for all who may not open a cohort."""
    if not may_open(user):
        raise Http404
