"""The enrolments of a person's own organisations, as places to be in."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import JSONObject
from django.urls import reverse

from accelerator.models import Enrolment, Membership, Role, User
from accelerator.models.people import OWN_ROLES
from accelerator.programme.navigation import ADVISED, MOST_PLACES, OWN, Here, Link, Part, Place
from assessments.models import Assessment
from assessments.models.assessment import AssessmentQuerySet


def links(user: User, here: Here) -> Part:
    """Each enrolment with its newest assessment; the one somebody is in, then the latest begun."""
    member = Membership.objects.filter(
        user=user, role__in=OWN_ROLES, organisation=OuterRef("organisation")
    )
    adviser = Membership.objects.filter(user=user, role=Role.ADVISER, enrolment=OuterRef("pk"))
    rounds = Assessment.objects.filter(enrolment=OuterRef("pk"))
    handed_in = rounds.filter(state=Assessment.State.SUBMITTED)
    return Part(
        {
            "own": _enrolments(Exists(member), rounds.newest(), here),
            "advised": _enrolments(Exists(adviser), handed_in, here),
        },
        _places,
        _links,
    )


def _enrolments(whose: Exists, assessments: AssessmentQuerySet, here: Here) -> QuerySet:
    newest = assessments.order_by("-round", "-started_at")
    found = (
        Enrolment.objects.filter(whose)
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
    return found.values(
        found=JSONObject(
            enrolment="pk",
            organisation="organisation__name",
            programme="programme__name",
            cohort="cohort__name",
            assessment="assessment",
        )
    )[:MOST_PLACES]


def _places(_roles: frozenset[str], known: Mapping[str, Any]) -> list[Place]:
    often = Counter(one["organisation"] for one in known["own"])
    own = [
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
    advised = [
        Place(
            ADVISED,
            one["enrolment"],
            one["organisation"],
            reverse("team", args=[one["enrolment"]]),
            about=one["programme"],
            lead="You advise",
            known=one,
        )
        for one in known["advised"]
    ]
    return own + advised


def _links(_roles: frozenset[str], _known: Mapping[str, Any], place: Place) -> list[Link]:
    if not place.known or place.area not in (OWN, ADVISED):
        return []
    assessment = place.known["assessment"]
    found = []
    if assessment and place.area == OWN:
        found.append(("Framework", reverse("assessments:overview", args=[assessment])))
    if assessment and place.area == ADVISED:
        found.append(("Heat-map", reverse("assessments:results", args=[assessment])))
    if assessment:
        found.append(("Evidence", reverse("assessments:library", args=[place.pk])))
    return [*found, ("People", reverse("team", args=[place.pk]))]
