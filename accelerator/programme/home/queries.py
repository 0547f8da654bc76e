"""What stands on somebody's first page."""

from collections.abc import Collection

from django.conf import settings
from django.utils.module_loading import import_string

from accelerator.models import Enrolment, User
from accelerator.models.people import OWN_ROLES
from accelerator.programme.dates import queries as dates
from accelerator.programme.journey import FIRST_ROUND, Journey, journeys


def own_journeys(user: User) -> list[Journey]:
    """Where each enrolment is whose organisation `user` belongs to."""
    enrolments = Enrolment.objects.select_related("cohort", "organisation", "programme")
    own = enrolments.filter(
        organisation__membership__user=user, organisation__membership__role__in=OWN_ROLES
    )
    roles: dict[int, frozenset[str]] = {}
    for pk, role in own.values_list("pk", "organisation__membership__role"):
        roles[pk] = roles.get(pk, frozenset()) | {role}
    return journeys(own.distinct().prefetch_related(*dates.READ), roles, round=FIRST_ROUND)


def panels_of(user: User, roles: Collection[str]) -> list:
    """What the apps say waits for `user` in their `roles` (settings.HOME_PANELS)."""
    return [panel for path in settings.HOME_PANELS for panel in import_string(path)(user, roles)]
