"""Who is offered which links, and that it costs one query however many apps offer some."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from accelerator.models import Role
from accelerator.programme.navigation import navigation, reader_of
from tests.factories.assessment import started
from tests.factories.programme import MembershipFactory

pytestmark = pytest.mark.django_db
OWN = ["Home", "Framework", "Evidence", "People", "Help"]
LINKS = {
    "lead": OWN,
    "member": OWN,
    "sponsor": OWN,
    "deputy": OWN,
    "reader": OWN,
    "adviser": ["Home", "Heat-map", "Evidence", "People", "Help"],
    "coach_a": ["Home", "Reviews", "Help"],
    "coach_b": ["Home", "Reviews", "Help"],
    "moderator": ["Home", "Moderation", "Help"],
    "hub": ["Home", "Cohorts", "Help"],
    "other_hub": ["Home", "Cohorts", "Help"],
    "funder": ["Home", "Help"],
    "outsider": ["Home", "People", "Help"],
    "stranger": ["Home", "Help"],
}


def asked(user, path: str = "/help/"):
    request = RequestFactory().get(path)
    request.user = user
    return request


@pytest.mark.parametrize("person", LINKS)
def test_each_person_is_offered_what_is_theirs_in_one_query(
    world, django_assert_num_queries, person: str
) -> None:
    with django_assert_num_queries(1):
        found = navigation(asked(getattr(world, person)))
    assert [link["label"] for link in found] == LINKS[person]


def test_the_links_lead_to_the_persons_own_pages(world) -> None:
    """The lead's newest assessment is the last one that was begun; nothing of it is released."""
    found = {link["label"]: link["url"] for link in navigation(asked(world.lead))}
    assert found["Framework"] == reverse("assessments:overview", args=[world.waiting.pk])
    assert found["Evidence"] == reverse("assessments:library", args=[world.waiting.enrolment_id])
    assert "Calibrated" not in found


def test_nothing_is_released_before_it_is(cast) -> None:
    started(cast.other, cast.outsider)
    mine = {link["label"]: link["url"] for link in navigation(asked(cast.outsider))}
    assert list(mine) == OWN
    assert mine["Evidence"] == reverse("assessments:library", args=[cast.other.pk])
    assert "Framework" not in [link["label"] for link in navigation(asked(cast.lead))]


def test_two_roles_are_offered_the_links_of_both(cast, django_assert_num_queries) -> None:
    MembershipFactory(user=cast.hub, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    with django_assert_num_queries(1):
        found = navigation(asked(cast.hub))
    assert [link["label"] for link in found] == ["Home", "Moderation", "Cohorts", "Help"]


def test_more_apps_cost_no_more_queries(world, settings, django_assert_num_queries) -> None:
    settings.NAVIGATION = settings.NAVIGATION * 3
    with django_assert_num_queries(1):
        found = navigation(asked(world.lead))
    assert [link["label"] for link in found][1:-1] == LINKS["lead"][1:-1] * 3


def test_a_request_asks_once(cast, django_assert_num_queries) -> None:
    request = asked(cast.hub)
    with django_assert_num_queries(1):
        assert reader_of(request).roles == {Role.HUB}
        navigation(request)
        navigation(request)


def test_somebody_who_is_not_signed_in_costs_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        found = navigation(asked(AnonymousUser(), "/"))
    assert found == [
        {"label": "Home", "url": "/", "current": True},
        {"label": "Help", "url": "/help/", "current": False},
    ]


def test_the_longest_address_that_fits_is_the_current_one(cast) -> None:
    path = reverse("cohort", args=[cast.enrolment.cohort.slug])
    current = [link["label"] for link in navigation(asked(cast.hub, path)) if link["current"]]
    assert current == ["Cohorts"]
