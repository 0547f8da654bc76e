"""Several places in one account: the header names the one, the menu stays there, a list leads on.

The place is that of the page's own row; without one, the last that was visited.
"""

from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import Membership, Role
from accelerator.programme.navigation import MOST_PLACES
from calibration.assigning.services import assigning
from tests.factories.assessment import started, submitted
from tests.factories.calibration import assigned, released, review_of, twin
from tests.factories.programme import EnrolmentFactory, InstitutionFactory, MembershipFactory
from tests.markup import page as parsed

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Shown:
    """What a page's header says: the place, the menu (label → address), the other places."""

    place: str
    menu: dict[str, str]
    places: dict[str, str]
    current: list[str]


def words(element) -> str:
    return " ".join(element.text.split())


def header(client, address: str) -> Shown:
    bar = parsed(client.get(address)).one("header", class_="bar")
    now = bar.all("p", class_="place-now")
    lists = bar.all("details", class_="place-switch")
    found = [link for one in lists for link in one.all("a")][:-1]
    menu = bar.all("nav", **{"aria-label": "Main"})[0].all("a")
    return Shown(
        words(now[0]) if now else "",
        {words(link): link["href"] for link in menu},
        {words(link): link["href"] for link in found},
        [words(link) for link in found if link.attributes.get("aria-current") == "true"],
    )


@pytest.fixture
def two(cast):
    """The lead leads a second organisation too, in another cohort, and both are rating."""
    second = EnrolmentFactory()
    MembershipFactory(user=cast.lead, role=Role.LEAD, organisation=second.organisation)
    cast.first, cast.second = started(cast.enrolment, cast.lead), started(second, cast.lead)
    return cast


def overview(assessment) -> str:
    return reverse("assessments:overview", args=[assessment.pk])


def test_the_header_names_the_place_of_the_page_and_the_menu_stays_there(two, sign_in) -> None:
    lead = sign_in(two.lead)
    for assessment in (two.first, two.second, two.first):
        enrolment = assessment.enrolment
        library = reverse("assessments:library", args=[enrolment.pk])
        for address in (
            overview(assessment),
            library,
            reverse("assessments:criterion", args=[assessment.pk, "monitor.3"]),
        ):
            shown = header(lead, address)
            assert shown.place == f"You are in {enrolment.organisation} · {enrolment.programme}"
            assert shown.menu["Framework"] == overview(assessment)
            assert shown.menu["Evidence"] == library
            assert shown.current == [f"{enrolment.organisation} · {enrolment.programme}"]


@pytest.mark.parametrize("name", ["home", "help", "account"])
def test_a_page_without_a_place_of_its_own_remembers_the_last(two, sign_in, name: str) -> None:
    lead = sign_in(two.lead)
    for assessment in (two.first, two.second, two.first):
        lead.get(overview(assessment))
        shown = header(lead, reverse(name))
        assert str(assessment.enrolment.organisation) in shown.place
        assert shown.menu["Framework"] == overview(assessment)


def test_the_list_leads_to_each_place_by_plain_links(two, sign_in) -> None:
    lead = sign_in(two.lead)
    for link in list(header(lead, "/").places.values()):
        shown = header(lead, link)
        assert shown.menu["Framework"] == link
        assert len(shown.places) == 2
    home = lead.get("/").content.decode()
    for enrolment in (two.enrolment, two.second.enrolment):
        assert f'id="enrolment-{enrolment.pk}"' in home


def test_one_place_is_named_and_has_no_list(cast, sign_in) -> None:
    started(cast.enrolment, cast.lead)
    shown = header(sign_in(cast.lead), "/")
    assert str(cast.enrolment.organisation) in shown.place
    assert shown.places == {}
    assert header(sign_in(cast.stranger), "/").place == ""


def test_a_page_of_the_other_place_refused_leaves_one_where_one_is(two, sign_in) -> None:
    lead = sign_in(two.lead)
    lead.get(overview(two.first))
    assert lead.get(overview(started(two.other, two.outsider))).status_code == 404
    assert str(two.enrolment.organisation) in header(lead, "/").place


def test_a_remembered_place_that_is_lost_counts_no_more(two, sign_in) -> None:
    lead = sign_in(two.lead)
    lead.get(overview(two.first))
    Membership.objects.filter(user=two.lead, organisation=two.enrolment.organisation).delete()
    shown = header(lead, "/")
    assert str(two.second.enrolment.organisation) in shown.place
    assert str(two.enrolment.organisation) not in " ".join([shown.place, *shown.places])


def test_two_cohorts_of_one_organisation_are_told_apart(two, sign_in) -> None:
    again = EnrolmentFactory(
        organisation=two.enrolment.organisation, programme=two.enrolment.programme
    )
    names = [name for name in header(sign_in(two.lead), "/").places if str(again.programme) in name]
    assert len(names) == 2
    assert any(str(again.cohort) in name for name in names)


def test_what_was_released_to_one_organisation_is_not_offered_in_the_other(cast, sign_in) -> None:
    given = released(cast)
    other = started(twin(cast).enrolment, cast.lead)
    lead = sign_in(cast.lead)
    result = reverse("calibration:result", args=[given.pk])
    assert header(lead, overview(other)).menu.get("Calibrated") is None
    assert header(lead, overview(given.assessment)).menu["Calibrated"] == result


@pytest.fixture
def both(two):
    """The lead coaches elsewhere as well: two organisations that are not theirs."""
    MembershipFactory(user=two.lead, role=Role.COACH, institution=InstitutionFactory())
    two.reviews = []
    for _ in range(2):
        case = twin(two)
        Membership.objects.filter(user=two.lead, organisation=case.enrolment.organisation).delete()
        calibration = assigning.open_calibration(
            actor=two.hub, assessment=submitted(case.enrolment, two.member)
        )
        assigning.assign_coaches(
            actor=two.hub, calibration=calibration, coaches=[two.lead, two.coach_b]
        )
        two.reviews.append(review_of(calibration, two.lead))
    return two


def test_lead_here_and_coach_elsewhere_never_mixes_the_two(both, sign_in) -> None:
    lead = sign_in(both.lead)
    for review in both.reviews:
        enrolment = review.calibration.assessment.enrolment
        for address in (
            reverse("calibration:review", args=[review.pk]),
            reverse("calibration:rate", args=[review.pk, "monitor.3"]),
        ):
            shown = header(lead, address)
            assert shown.place == f"You review {enrolment.organisation} · {enrolment.programme}"
            assert list(shown.menu) == ["Home", "Reviews", "Help"]
    shown = header(lead, overview(both.first))
    assert list(shown.menu) == ["Home", "Framework", "Evidence", "People", "Help"]
    assert len(shown.places) == 2 + 1 + 2
    queue = header(lead, reverse("calibration:queue"))
    assert queue.place == "You are in Your reviews"
    assert header(lead, "/").place == "You are in Your reviews"
    assert len(queue.current) == 1


def test_a_review_opened_from_the_list_names_its_organisation(cast, sign_in) -> None:
    review = review_of(assigned(cast), cast.coach_a)
    coach = sign_in(cast.coach_a)
    assert header(coach, reverse("calibration:queue")).place == "You are in Your reviews"
    shown = header(coach, reverse("calibration:review", args=[review.pk]))
    assert shown.place == f"You review {cast.enrolment.organisation} · {cast.enrolment.programme}"


def test_the_hub_is_told_which_cohort(cast, sign_in) -> None:
    other = EnrolmentFactory().cohort
    MembershipFactory(user=cast.hub, role=Role.HUB, cohort=other)
    hub = sign_in(cast.hub)
    handed_in = assigned(cast)
    for cohort, addresses in (
        (other, [reverse("cohort", args=[other.slug])]),
        (
            cast.enrolment.cohort,
            [
                reverse("cohort_edit", args=[cast.enrolment.cohort.slug]),
                reverse("assessments:results", args=[handed_in.assessment_id]),
                reverse("assessments:library", args=[cast.enrolment.pk]),
            ],
        ),
    ):
        for address in addresses:
            shown = header(hub, address)
            assert shown.place == f"You run {cohort}"
            assert list(shown.menu) == ["Home", "Cohorts", "Help"]
        assert header(hub, "/").place == f"You run {cohort}"
    assert header(hub, reverse("cohorts")).place == "You are in Your cohorts"


def test_with_two_roles_on_one_row_one_stays_where_one_comes_from(cast, sign_in) -> None:
    MembershipFactory(user=cast.hub, role=Role.COACH, institution=InstitutionFactory())
    MembershipFactory(user=cast.hub, role=Role.LEAD, organisation=cast.enrolment.organisation)
    assessment = submitted(cast.enrolment, cast.lead)
    hub = sign_in(cast.hub)
    hub.get(reverse("cohort", args=[cast.enrolment.cohort.slug]))
    results = reverse("assessments:results", args=[assessment.pk])
    assert header(hub, results).place == f"You run {cast.enrolment.cohort}"


def test_ever_more_places_cost_one_query_and_a_header_lists_a_few(two, sign_in) -> None:
    lead = sign_in(two.lead)
    address = reverse("account")

    def costs() -> int:
        lead.get(overview(two.first))
        with CaptureQueriesContext(connection) as queries:
            lead.get(address)
        return sum("_part_" in one["sql"] or '"part_' in one["sql"] for one in queries)

    assert costs() == 1
    for enrolment in EnrolmentFactory.create_batch(MOST_PLACES):
        MembershipFactory(user=two.lead, role=Role.LEAD, organisation=enrolment.organisation)
        started(enrolment, two.lead)
    assert costs() == 1
    shown = header(lead, address)
    assert len(shown.places) == MOST_PLACES
    assert str(two.enrolment.organisation) in shown.place, "the one that one is in is always there"


def test_every_row_of_an_enrolment_says_so() -> None:
    """A model that belongs to an organisation and says not where would show a remembered place."""
    for model in apps.get_models():
        if "organisation" in getattr(model, "ACCESS", {}):
            assert hasattr(model, "PLACE"), model
