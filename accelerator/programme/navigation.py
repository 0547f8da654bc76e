"""What every page shows of the person who reads it, in one query however many apps ask.

Somebody may work in several places: an enrolment of their own organisation, one they coach, a
cohort they run. The header names the place one is in, the menu stays within it, and a list of
plain links leads to the others. The place is that of the row that the page was fetched for
(`core.access.seen_by`); where there is none, that of the page's address, or the last one visited,
which the session remembers.

An app names in settings.NAVIGATION a function that takes a person and where they may be, and
returns a `Part`: what it asks for them, the places and the links that it makes of the answers. It
is called once a process, for everybody: their ids go into conditions and nowhere else. Only what
the person may see is a place, so a remembered one that is lost counts no more.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from accelerator.core.access import Seen, seen_by
from accelerator.models import Membership, Role, User
from accelerator.models.people import OWN_ROLES

READER = "_reader"
REMEMBERED = "place"  # in the session
# How many places of a kind a header lists; the home page shows all.
MOST_PLACES = 12
OWN, ADVISED, COACH, COHORT, DESK = "own", "advised", "coach", "cohort", "desk"
Link = tuple[str, str]  # what it says, where it goes
# They stand for the ids of a person and of where they are; no row has such an id.
PERSON, AT_ENROLMENT, AT_COHORT = -(10**15) - 1, -(10**15) - 2, -(10**15) - 3


@dataclass(frozen=True)
class Place:
    """Where somebody works. `pk` is the enrolment's, or the cohort's; 0: a list of such places."""

    area: str
    pk: int
    name: str
    url: str
    about: str = ""
    lead: str = ""
    # What the app that made the place needs for its links.
    known: Mapping[str, Any] | None = None

    @property
    def key(self) -> str:
        return key_of(self.area, self.pk)


@dataclass(frozen=True)
class Part:
    """One app's part. `asks` are querysets of one JSON object a row. `places` and `links` are given
    the person's roles and the rows of each, `links` also the place that the person is in."""

    asks: Mapping[str, QuerySet]
    places: Callable[[frozenset[str], Mapping[str, Any]], list[Place]]
    links: Callable[[frozenset[str], Mapping[str, Any], Place], list[Link]]


@dataclass(frozen=True)
class Here:
    """Where a page may be, by ids: what a part lists first, however much there is."""

    enrolment: int = 0
    cohort: int = 0


@dataclass(frozen=True)
class Reader:
    """The person's roles anywhere, their places, the one they are in, and its links."""

    roles: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    places: tuple[Place, ...] = ()
    place: Place | None = None


def site(request: HttpRequest) -> dict:
    """What every page shows: the navigation, the place, and whether its data is invented."""
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "reader": SimpleLazyObject(lambda: reader_of(request)),
        "synthetic": settings.DEMO_MODE,
    }


def navigation(request: HttpRequest) -> list[dict]:
    """Home, what each app offers this person in this place (settings.NAVIGATION), Help."""
    links = [("Home", reverse("home")), *reader_of(request).links, ("Help", reverse("help"))]
    home = reverse("home")
    within = [url for _, url in links if request.path.startswith(url) and url != home]
    here = max(within, key=len, default=home if request.path == home else "")
    return [{"label": label, "url": url, "current": url == here} for label, url in links]


def reader_of(request: HttpRequest) -> Reader:
    """Who reads this page, and where. One query a request; none for somebody not signed in.

    The place is that of the rows fetched before, so a view asks after fetching, or not at all.
    """
    if not hasattr(request, READER):
        found = _read(request, request.user) if request.user.is_authenticated else Reader()
        setattr(request, READER, found)
    return getattr(request, READER)


def key_of(area: str, pk: int) -> str:
    return f"{area}-{pk}"


def _read(request: HttpRequest, user: User) -> Reader:
    session = getattr(request, "session", {})
    remembered = session.get(REMEMBERED, "")
    seen = seen_by(user)
    wanted = _keys(seen, remembered) if seen else [remembered]
    reader = read(user, wanted, request.path if seen is None else "")
    if (place := reader.place) and len(reader.places) > 1:
        is_this_pages = seen is not None or not place.pk
        if is_this_pages and place.key != remembered:
            session[REMEMBERED] = place.key
    return reader


def _keys(seen: Seen, remembered: str) -> list[str]:
    """The places in which a fetched row can be read, the best first.

    With two roles on one row the person stays in the kind of place they come from.
    """
    found = []
    if seen.roles & OWN_ROLES:
        found.append(key_of(OWN, seen.enrolment))
    if Role.ADVISER in seen.roles:
        found.append(key_of(ADVISED, seen.enrolment))
    if Role.COACH in seen.roles:
        found += [key_of(COACH, seen.enrolment), key_of(COACH, 0)]
    if Role.HUB in seen.roles:
        found.append(key_of(COHORT, seen.cohort))
    if Role.MODERATOR in seen.roles:
        found.append(key_of(DESK, 0))
    area = remembered.partition("-")[0]
    return sorted(found, key=lambda key: key.partition("-")[0] != area)


def _here(wanted: Sequence[str]) -> Here:
    ids = {COHORT: 0, OWN: 0}
    for key in reversed(wanted):
        area, _, number = key.partition("-")
        if number.isdecimal() and int(number):
            ids[COHORT if area == COHORT else OWN] = int(number)
    return Here(enrolment=ids[OWN], cohort=ids[COHORT])


def read(user: User, wanted: Sequence[str] = (), path: str = "") -> Reader:
    """The person in the first of the `wanted` places that is theirs, or in their first place.

    A page without a row of its own is in the place that stands at its `path`, if one does.
    """
    here = _here(wanted)
    question = _question(tuple(settings.NAVIGATION))
    row = question.answer({PERSON: user.pk, AT_ENROLMENT: here.enrolment, AT_COHORT: here.cohort})
    roles = frozenset(row["held"])
    parts = question.parts.items()
    known = {
        number: {key: [json.loads(one) for one in row[f"part_{number}_{key}"]] for key in part.asks}
        for number, part in parts
    }
    places = [place for n, part in parts for place in part.places(roles, known[n])]
    place = _place(places, wanted, path)
    links: list[Link] = []
    for number, part in parts:
        links += part.links(roles, known[number], place) if place else []
    return Reader(roles, tuple(links), tuple(places), place)


@dataclass(frozen=True)
class Question:
    """The parts' one query as SQL, with stand-ins for whoever asks and where they are.

    Django takes several times as long to put it together as PostgreSQL to answer it, so that is
    done once a process.
    """

    parts: Mapping[int, Part]
    sql: str
    params: tuple

    def answer(self, given: Mapping[int, int]) -> dict[str, list]:
        """The row of one person: each column a list, as PostgreSQL writes it."""
        params = [given.get(one, one) if isinstance(one, int) else one for one in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            names = [column.name for column in cursor.description]
            return dict(zip(names, cursor.fetchone(), strict=True))


@cache
def _question(providers: tuple[str, ...]) -> Question:
    here = Here(enrolment=AT_ENROLMENT, cohort=AT_COHORT)
    user = User(pk=PERSON)
    parts = dict(enumerate(import_string(name)(user, here) for name in providers))
    asked = {
        f"part_{number}_{key}": ArraySubquery(ask)
        for number, part in parts.items()
        for key, ask in part.asks.items()
    }
    held = Membership.objects.filter(user=OuterRef("pk")).order_by("role").values("role").distinct()
    people = User.objects.filter(pk=PERSON).values(held=ArraySubquery(held), **asked)
    return Question(parts, *people.query.sql_with_params())


def _place(places: Sequence[Place], wanted: Sequence[str], path: str) -> Place | None:
    by_key = {place.key: place for place in places}
    at_path = [place for place in places if path.startswith(place.url) and not place.pk]
    named = [by_key[key] for key in wanted if key in by_key]
    return next(iter([*at_path, *named, *places]), None)
