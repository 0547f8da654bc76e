"""The plan of the organisation in whose place somebody is."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse

from accelerator.models import Enrolment, Membership, Role, User
from accelerator.models.people import OWN_ROLES
from accelerator.programme.navigation import ADVISED, OWN, Here, Link, Part, Place
from calibration.models import Release


def links(user: User, _here: Here) -> Part:
    """The enrolments of the person's organisations, and those they advise, once released."""
    theirs = Membership.objects.filter(
        Q(organisation=OuterRef("organisation"), role__in=OWN_ROLES)
        | Q(enrolment=OuterRef("pk"), role=Role.ADVISER),
        user=user,
    )
    released = Release.objects.filter(
        calibration__assessment__enrolment=OuterRef("pk"), superseded_at=None
    )
    planning = Enrolment.objects.filter(Exists(theirs), Exists(released)).order_by("pk")
    return Part(
        {"planning": planning.values(found=JSONObject(enrolment="pk"))},
        lambda _roles, _known: [],
        _links,
    )


def _links(_roles: frozenset[str], known: Mapping[str, Any], place: Place) -> list[Link]:
    ready = {one["enrolment"] for one in known["planning"]}
    if place.area not in (OWN, ADVISED) or place.pk not in ready:
        return []
    return [("Plan", reverse("improvement:plan", args=[place.pk]))]
