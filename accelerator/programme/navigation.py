"""What every page shows of the person who reads it, in one query however many apps ask.

An app names in settings.NAVIGATION a function that takes a person and returns a `Part`: what it
asks of that person's row, as annotations, and the links that it makes of the answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from accelerator.models import Membership, User

READER = "_reader"
Link = tuple[str, str]  # what it says, where it goes


@dataclass(frozen=True)
class Part:
    """One app's part: `links` is given the person's roles and an answer for each key of `asks`."""

    links: Callable[[frozenset[str], Mapping[str, Any]], list[Link]]
    asks: Mapping[str, Combinable]


@dataclass(frozen=True)
class Reader:
    """The person's roles anywhere, and the links that the apps offer them."""

    roles: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()


def site(request: HttpRequest) -> dict:
    """What every page shows: the navigation, and whether the data on it is invented."""
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "synthetic": settings.DEMO_MODE,
    }


def navigation(request: HttpRequest) -> list[dict]:
    """Home, what each app offers this person (settings.NAVIGATION), Help."""
    links = [("Home", reverse("home")), *reader_of(request).links, ("Help", reverse("help"))]
    home = reverse("home")
    within = [url for _, url in links if request.path.startswith(url) and url != home]
    here = max(within, key=len, default=home if request.path == home else "")
    return [{"label": label, "url": url, "current": url == here} for label, url in links]


def reader_of(request: HttpRequest) -> Reader:
    """Who reads this page. One query a request; none for somebody who is not signed in."""
    if not hasattr(request, READER):
        setattr(request, READER, read(request.user) if request.user.is_authenticated else Reader())
    return getattr(request, READER)


def read(user: User) -> Reader:
    parts = dict(enumerate(import_string(path)(user) for path in settings.NAVIGATION))
    asked = {
        f"part_{number}_{key}": ask
        for number, part in parts.items()
        for key, ask in part.asks.items()
    }
    held = Membership.objects.filter(user=OuterRef("pk")).order_by("role").values("role").distinct()
    people = User.objects.filter(pk=user.pk)
    known: Mapping[str, Any] = people.values(held=ArraySubquery(held), **asked).get()
    roles = frozenset(known["held"])
    links: list[Link] = []
    for number, part in parts.items():
        links += part.links(roles, {key: known[f"part_{number}_{key}"] for key in part.asks})
    return Reader(roles, tuple(links))
