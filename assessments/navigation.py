"""The enrolments of a person's own organisations, as places to be in."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, Subquery, When
from django.db.models.functions import JSONObject
from django.urls import reverse

from accelerator.models import Enrolment, Membership, User
from accelerator.models.people import OWN_ROLES
from accelerator.programme.navigation import MOST_PLACES, OWN, Here, Link, Part, Place
from assessments.models import Assessment


def links(user: User, here: Here) -> Part:
    """Each enrolment with its newest assessment; the one somebody is in, then the latest begun."""
    member = Membership.objects.filter(
        user=user, role__in=OWN_ROLES, organisation=OuterRef("organisation")
    )
    newest = Assessment.objects.filter(enrolment=OuterRef("pk")).newest().order_by("-started_at")
    own = (
        Enrolment.objects.filter(Exists(member))
        .annotate(
            assessment=Subquery(newest.values("pk")[:1]),
            begun=Subquery(newest.values("started_at")[:1]),
        )
        .order_by(
            Case(When(pk=here.enrolment, then=0), default=1),
            F("begun").desc(nulls_last=True),
            "-pk",
        )
    )
    found = own.values(
        found=JSONObject(
            enrolment="pk",
            organisation="organisation__name",
            programme="programme__name",
            cohort="cohort__name",
            assessment="assessment",
        )
    )
    return Part({"own": ArraySubquery(found[:MOST_PLACES])}, _places, _links)


def _places(_roles: frozenset[str], known: Mapping[str, Any]) -> list[Place]:
    often = Counter(one["organisation"] for one in known["own"])
    return [
        Place(
            OWN,
            one["enrolment"],
            one["organisation"],
            reverse("assessments:overview", args=[one["assessment"]])
            if one["assessment"]
            else reverse("assessments:library", args=[one["enrolment"]]),
            about=one["programme"]
            if often[one["organisation"]] == 1
            else f"{one['programme']} · {one['cohort']}",
            known=one,
        )
        for one in known["own"]
    ]


def _links(_roles: frozenset[str], _known: Mapping[str, Any], place: Place) -> list[Link]:
    if place.area != OWN or not place.known or not place.known["assessment"]:
        return []
    return [
        ("Framework", reverse("assessments:overview", args=[place.known["assessment"]])),
        ("Evidence", reverse("assessments:library", args=[place.pk])),
    ]
