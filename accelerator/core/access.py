"""The only way to obtain a row for a person: who may do what, judged on that row.

A model says in `ACCESS` which organisation, cohort, … a row belongs to: scope name → lookup,
expression, or function that returns one. A person's roles *on that row* are the memberships that
match, plus what upper apps grant through `register` (a coach's assignment). No role there: 404,
so that outsiders cannot learn what exists. A role without the right: 403. Which role has which
right is in `rights`, of which this holds the site's own part.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, Protocol, TypeVar, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from accelerator.core.rights import Rights, allow, roles_with
from accelerator.models import Membership, Role, User
from accelerator.models.people import SCOPE_OF

READ = frozenset({"report.view", "report.make", "team.view", "enrolment.view"})
TEAM = frozenset({"team.manage"})
ABOUT = frozenset({"profile.edit", "busy.edit"})
CONSENT = frozenset({"consent.give"})
RIGHTS = {
    Role.LEAD: Rights(
        READ | TEAM | ABOUT | CONSENT | {"team.hand_over"},
        "Invites and removes people. Writes the profile and busy times, gives consents.",
    ),
    Role.DEPUTY: Rights(READ | TEAM | ABOUT | CONSENT | {"team.hand_over"}),
    Role.MEMBER: Rights(READ),
    Role.READER: Rights(READ),
    Role.SPONSOR: Rights(
        READ | CONSENT | {"commitment.sign"}, "Signs the opening commitment, gives consents."
    ),
    Role.ADVISER: Rights(READ),
    Role.HUB: Rights(
        READ | TEAM | ABOUT | {"team.hand_over", "cohort.run", "dates.set", "words.redact"},
        "Runs the cohort, invites people, sets an organisation’s own dates and removes words for "
        "good where they must go.",
    ),
    Role.FUNDER: Rights(frozenset(), "Reads anonymised insights of the cohorts they fund."),
}

ROLES, ENROLMENT, SEEN = "_user_roles", "_enrolment", "_seen"
M = TypeVar("M", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet)
# An upper app's grant: (user, model) → querysets of role values, with OuterRef("pk") as the row.
Grant = Callable[[User, type[Model]], Iterable[QuerySet]]
_grants: list[Grant] = []


def register(grant: Grant) -> None:
    """Let an upper app give roles on rows (called once, from its AppConfig.ready)."""
    if grant not in _grants:
        _grants.append(grant)


@dataclass(frozen=True)
class Seen:
    """Where the row last fetched for a person belongs (ids; 0 for nowhere), and as whom."""

    enrolment: int
    cohort: int
    roles: frozenset[str]


class Scoped(Protocol):
    """A model whose rows belong somewhere."""

    ACCESS: ClassVar[Mapping[str, Any]]


def _scopes(model: type[Model]) -> Mapping[str, Any]:
    return cast(type[Scoped], model).ACCESS


def _scope_values(model: type[Model]) -> dict:
    return {
        f"_access_{scope}": F(value)
        if isinstance(value, str)
        else value()
        if callable(value)
        else value
        for scope, value in _scopes(model).items()
    }


def _role_sources(user: User, model: type[Model]) -> list[QuerySet]:
    """Querysets of `role`, correlated with the annotated row."""
    matches = Q()
    for scope in _scopes(model):
        roles = [role for role, home in SCOPE_OF.items() if home == scope]
        matches |= Q(**{f"{scope}_id": OuterRef(f"_access_{scope}"), "role__in": roles})
    own = Membership.objects.filter(matches, user=user).values("role")
    return [own, *(source for grant in _grants for source in grant(user, model))]


def get_for(user: User, queryset: QuerySet[M], action: str, **lookup: Any) -> M:
    """The one row of `queryset` that matches `lookup`, if `user` may do `action` to it.

    A model of whose rows each belongs to one enrolment says in PLACE by which lookup; where the
    person is, by the row they were given last, is then known to `seen_by`.

    One query. Raises Http404 to outsiders, PermissionDenied to insiders without the right, and
    LookupError for an action that nobody declares. `roles_of` and `may` then know the person's
    roles on the row.
    """
    model = queryset.model
    arrays = {
        f"_roles_{i}": ArraySubquery(source) for i, source in enumerate(_role_sources(user, model))
    }
    place = {ENROLMENT: F(path)} if (path := getattr(model, "PLACE", "")) else {}
    rows = queryset.annotate(**_scope_values(model), **place).annotate(**arrays)
    row = rows.filter(**lookup).first()
    roles = {role for name in arrays for role in getattr(row, name, ())}
    if row is None or not roles:
        raise Http404
    if not allow(roles, action):
        raise PermissionDenied
    setattr(row, ROLES, frozenset(roles))
    enrolment, cohort = (getattr(row, name, None) or 0 for name in (ENROLMENT, "_access_cohort"))
    setattr(user, SEEN, Seen(enrolment, cohort, frozenset(roles)))
    return row


def seen_by(user: object) -> Seen | None:
    """Where the row belongs that `get_for` fetched last for this very user of a request."""
    return getattr(user, SEEN, None)


def roles_of(row: Model) -> frozenset[str]:
    """The roles on `row` of the person for whom `get_for` fetched it."""
    return getattr(row, ROLES)


def scoped(user: User, queryset: Rows, action: str) -> Rows:
    """The rows of `queryset` to which `user` may do `action`."""
    model = queryset.model
    allowed = roles_with(action)
    may = Q()
    for source in _role_sources(user, model):
        may |= Q(Exists(source.filter(role__in=allowed)))
    return queryset.annotate(**_scope_values(model)).filter(may)


def may(row: Model, action: str) -> bool:
    """Whether the person for whom `get_for` fetched `row` may also do `action` to it."""
    return allow(roles_of(row), action)


def staff_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for those who look after the site (`is_staff`), whatever their part in a programme."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
