"""Which institutions' coaches a cohort asks."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import QuerySet

from accelerator.models import Cohort, Institution, Membership, Role


def named_institutions(cohorts: Collection[int]) -> dict[int, frozenset[int]]:
    """Cohort id → the institutions whose coaches it asks, by id. One query.

    A cohort that names none asks all, and is not in the answer.
    """
    named = Institution.objects.filter(cohorts__in=cohorts).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for cohort, institution in named.values_list("cohorts", "pk"):
        found[cohort].add(institution)
    return {cohort: frozenset(ids) for cohort, ids in found.items()}


def institutions_of(cohort: Cohort) -> QuerySet[Institution]:
    """Those whose coaches the cohort asks, by name. One query, and its own."""
    named = named_institutions([cohort.pk]).get(cohort.pk)
    found = Institution.objects.order_by("name")
    return found if named is None else found.filter(pk__in=named)


def coaches_at() -> dict[int, list[str]]:
    """Institution id → the names of its active coaches. One query."""
    coaches = Membership.objects.filter(role=Role.COACH, user__is_active=True)
    found: dict[int, list[str]] = defaultdict(list)
    for one in coaches.select_related("user").order_by("user__name", "pk"):
        found[one.institution_id or 0].append(str(one.user))
    return found
