"""The reviews that a person writes and the cohorts that they run, as places to be in."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Q, When
from django.db.models.functions import JSONObject
from django.urls import reverse

from accelerator.core.access import scoped
from accelerator.models import Cohort, Role, User
from accelerator.models.people import OWN_ROLES
from accelerator.programme.navigation import (
    COACH,
    COHORT,
    DESK,
    MOST_PLACES,
    OWN,
    Here,
    Link,
    Part,
    Place,
)
from calibration.models import Release, Review

ENROLMENT = "calibration__assessment__enrolment"


def links(user: User, here: Here) -> Part:
    """Reviews to write and cohorts to run; what was released to the person's organisations."""
    releases = scoped(
        user,
        Release.objects.filter(
            superseded_at=None,
            calibration__assessment__enrolment__organisation__membership__user=user,
            calibration__assessment__enrolment__organisation__membership__role__in=OWN_ROLES,
        ),
        "calibration.read",
    ).order_by("-released_at")
    reviews = (
        Review.objects.current()
        .filter(Q(state=Review.State.OPEN) | Q(**{ENROLMENT: here.enrolment}), coach=user)
        .order_by(Case(When(**{ENROLMENT: here.enrolment}, then=0), default=1), "-assigned_at")
    )
    cohorts = scoped(user, Cohort.objects.all(), "cohort.run").order_by(
        Case(When(pk=here.cohort, then=0), default=1), "-starts_on", "name", "pk"
    )
    return Part(
        {
            "released": ArraySubquery(
                releases.values(found=JSONObject(enrolment=ENROLMENT, calibration="calibration"))
            ),
            "reviews": ArraySubquery(
                reviews.values(
                    found=JSONObject(
                        review="pk",
                        enrolment=ENROLMENT,
                        organisation=f"{ENROLMENT}__organisation__name",
                        programme=f"{ENROLMENT}__programme__name",
                    )
                )[:MOST_PLACES]
            ),
            "cohorts": ArraySubquery(
                cohorts.values(found=JSONObject(pk="pk", name="name", slug="slug"))[:MOST_PLACES]
            ),
        },
        _places,
        _links,
    )


def _places(roles: frozenset[str], known: Mapping[str, Any]) -> list[Place]:
    found = []
    if Role.COACH in roles or known["reviews"]:
        found.append(Place(COACH, 0, "Your reviews", reverse("calibration:queue")))
    found += [
        Place(
            COACH,
            one["enrolment"],
            one["organisation"],
            reverse("calibration:review", args=[one["review"]]),
            about=one["programme"],
            lead="You review",
        )
        for one in known["reviews"]
    ]
    if Role.MODERATOR in roles:
        found.append(Place(DESK, 0, "Moderation", reverse("calibration:moderation")))
    if len(known["cohorts"]) > 1:
        found.append(Place(COHORT, 0, "Your cohorts", reverse("cohorts")))
    found += [
        Place(COHORT, one["pk"], one["name"], reverse("cohort", args=[one["slug"]]), lead="You run")
        for one in known["cohorts"]
    ]
    return found


def _links(roles: frozenset[str], known: Mapping[str, Any], place: Place) -> list[Link]:
    if place.area == OWN:
        released = {one["enrolment"]: one["calibration"] for one in reversed(known["released"])}
        if place.pk not in released:
            return []
        calibrated = reverse("calibration:result", args=[released[place.pk]])
        return [("Calibrated", calibrated)]
    if place.area == COACH:
        return [("Reviews", reverse("calibration:queue"))]
    found = []
    if Role.MODERATOR in roles:
        found.append(("Moderation", reverse("calibration:moderation")))
    if Role.HUB in roles:
        found.append(("Cohorts", reverse("cohorts")))
    return found
