from collections.abc import Mapping

from django.db.models import Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse

from accelerator.models import User
from accelerator.models.people import OWN_ROLES
from accelerator.programme.navigation import Link, Part
from assessments.models import Assessment


def links(user: User) -> Part:
    """The person's newest assessment and its evidence, for the navigation."""
    newest = (
        Assessment.objects.filter(
            enrolment__organisation__membership__user=user,
            enrolment__organisation__membership__role__in=OWN_ROLES,
        )
        .newest()
        .order_by("-started_at")
    )
    found = newest.values(found=JSONObject(assessment="pk", enrolment="enrolment_id"))
    return Part(_links, {"newest": Subquery(found[:1])})


def _links(_roles: frozenset[str], known: Mapping) -> list[Link]:
    newest = known["newest"]
    if newest is None:
        return []
    return [
        ("Framework", reverse("assessments:overview", args=[newest["assessment"]])),
        ("Evidence", reverse("assessments:library", args=[newest["enrolment"]])),
    ]
