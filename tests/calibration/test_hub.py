"""The Learning Hub's cohort: where everybody stands, its coaches and settings."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accelerator.models import Enrolment, Role
from calibration.assigning.services import assigning, conflicts
from calibration.desk.services import lease
from calibration.models import Calibration, CalibrationSettings, Release, ReleaseQuestion
from calibration.releasing.services import exchange
from calibration.reviewing.services import requests
from tests.factories.assessment import rate_all, started, submitted
from tests.factories.calibration import (
    assigned,
    both_in,
    released,
    review_of,
    scored,
)
from tests.factories.programme import EnrolmentFactory, InstitutionFactory, MembershipFactory
from tests.markup import page

CANARY = "Regular registers are kept."  # what coach A of `scored` wrote
State = Calibration.State


def beside(cast) -> SimpleNamespace:
    """The same people with the other organisation's enrolment."""
    return SimpleNamespace(**{**vars(cast), "enrolment": cast.other, "lead": cast.outsider})


def newcomer(name: str = "New Coach", institution=None):
    return MembershipFactory(
        user__name=name, role=Role.COACH, institution=institution or InstitutionFactory()
    ).user


def stand(response, organisation) -> str:
    """The text of one organisation's row."""
    rows = page(response).all("li", class_="stand")
    return next(row.text for row in rows if organisation.name in row.text)


def tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


def test_only_my_cohorts_are_listed(cast, sign_in, at) -> None:
    address = reverse("cohorts")
    assert cast.enrolment.cohort.name in sign_in(cast.hub).get(address).content.decode()
    for person in (cast.other_hub, cast.moderator, cast.lead, cast.coach_a):
        assert cast.enrolment.cohort.name not in sign_in(person).get(address).content.decode()
    assert "You do not run a cohort" in page(sign_in(cast.stranger).get(address)).text


COHORT_PAGES = ("cohort", "suggestions", "coaches", "agreement", "questions")


@pytest.mark.parametrize("name", COHORT_PAGES)
def test_pages_of_a_cohort_are_its_own_hubs(cast, sign_in, at, name: str) -> None:
    both_in(cast)
    assert sign_in(cast.hub).get(at(name)).status_code == 200
    assert sign_in(cast.moderator).get(at(name)).status_code == 403
    for person in (cast.other_hub, cast.lead, cast.coach_a, cast.funder, cast.stranger):
        assert sign_in(person).get(at(name)).status_code == 404


def test_each_stage_is_told(cast, hub, at) -> None:
    cohort, organisation = cast.enrolment.cohort, cast.enrolment.organisation
    assert "Not started" in stand(hub.get(at("cohort")), organisation)
    assessment = started(cast.enrolment, cast.lead)
    assert "Being rated" in stand(hub.get(at("cohort")), organisation)
    rate_all(assessment, cast.lead, 2)
    shown = hub.get(at("cohort"))
    assert "of 30" not in stand(shown, organisation)
    submitted(cast.other, cast.outsider)
    shown = stand(hub.get(at("cohort")), cast.other.organisation)
    assert "Handed in" in shown
    assert "Open calibration" in shown
    Enrolment.objects.filter(pk=cast.other.pk).update(
        state="withdrawn", withdrawn_on=timezone.localdate()
    )
    shown = stand(hub.get(at("cohort")), cast.other.organisation)
    assert "Left the cohort" in shown
    assert "Open calibration" not in shown
    empty = EnrolmentFactory().cohort
    assert empty != cohort


def test_progress_is_a_count_of_answers_and_nothing_else(cast, hub, at) -> None:
    calibration = scored(cast)
    assert CANARY in review_of(calibration, cast.coach_a).ratings.first().commentary
    response = hub.get(at("cohort"))
    shown = stand(response, cast.enrolment.organisation)
    assert "30 of 30 answered" in shown
    assert "0 of 30 answered" in shown
    for name in COHORT_PAGES:
        text = hub.get(at(name)).content.decode()
        assert CANARY not in text
        assert "chose the same level" not in text
    for level in ("Low or no", "Little", "Moderate", "High"):
        assert level not in page(response).text
    assert "Side by side" not in shown


def test_progress_does_not_move_with_the_level(cast, hub, at) -> None:
    calibration = scored(cast)
    before = stand(hub.get(at("cohort")), cast.enrolment.organisation)
    review_of(calibration, cast.coach_a).ratings.update(level=3, commentary="Another view.")
    assert stand(hub.get(at("cohort")), cast.enrolment.organisation) == before


def test_overdue_lease_version_and_questions_are_told(cast, hub, at) -> None:
    calibration = assigned(cast)
    yesterday = timezone.localdate() - timedelta(days=1)
    Calibration.objects.filter(pk=calibration.pk).update(due_on=yesterday)
    requests.ask_for_evidence(actor=cast.coach_a, calibration=calibration, question="Registers?")
    shown = stand(hub.get(at("cohort")), cast.enrolment.organisation)
    assert "Overdue" in shown
    assert "1 question with the organisation" in shown
    listed = page(hub.get(at("cohort"), {"state": "overdue"})).all("li", class_="stand")
    assert len(listed) == 1
    released(beside(cast))
    other = Calibration.objects.get(assessment__enrolment=cast.other)
    exchange.ask_about_release(
        actor=cast.outsider, release=other.releases.get(), question="When do we meet?"
    )
    hub.post(at("reopen", other.pk), {"reason": "New registers."})
    lease.take_lease(actor=cast.moderator, calibration=other)
    shown = stand(hub.get(at("cohort")), cast.other.organisation)
    assert "Version 2" in shown
    assert f"At the desk {cast.moderator}" in shown
    assert "1 to answer" in shown


def test_filters_and_sorting(cast, hub, at) -> None:
    both_in(cast)
    organisation, other = cast.enrolment.organisation.name, cast.other.organisation.name

    def found(**query) -> list[str]:
        headings = page(hub.get(at("cohort"), query)).all("h2", id=True)
        return [heading.text for heading in headings if heading["id"].startswith("stand-")]

    assert found() == sorted([organisation, other])
    assert found(state="both_in") == [organisation]
    assert found(state="not_started") == [other]
    assert found(coach=cast.coach_a.pk) == [organisation]
    assert found(sort="stage") == [other, organisation]
    assert found(sort="-stage") == [organisation, other]
    assert found(sort="due") == [organisation, other]
    assert found(state="released") == []
    assert "Nobody fits" in page(hub.get(at("cohort"), {"state": "released"})).text
    assert found(state="nonsense", coach="x", page="99") == sorted([organisation, other])


def test_the_list_is_paginated_and_costs_the_same_for_many(cast, hub, at, monkeypatch) -> None:
    both_in(cast)
    hub.get(at("cohort"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        hub.get(at("cohort"))
    both_in(beside(cast))
    EnrolmentFactory(cohort=cast.enrolment.cohort)
    with CaptureQueriesContext(connection) as three:
        hub.get(at("cohort"))
    assert len(one) == len(three)
    monkeypatch.setattr("insights.overview.views.PAGE", 2)
    response = hub.get(at("cohort"), {"page": 2})
    assert len(page(response).all("li", class_="stand")) == 1
    assert "Page 2 of 2" in page(response).text


def test_opening_goes_on_to_the_coaches_and_twice_is_once(cast, hub, sign_in, at) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    for _ in range(2):
        response = hub.post(at("open", assessment.pk))
        calibration = Calibration.objects.get()
        assert response.url == at("assign", calibration.pk)
    assert hub.get(at("open", assessment.pk)).status_code == 405
    assert sign_in(cast.lead).post(at("open", assessment.pk)).status_code == 403
    assert sign_in(cast.other_hub).post(at("open", assessment.pk)).status_code == 404


def test_settings_are_kept_and_open_calibrations_are_not_changed(cast, hub) -> None:
    calibration = assigned(cast)
    address = reverse("cohort_edit", args=[cast.enrolment.cohort.slug])
    shown = page(hub.get(address))
    assert "keep what they began with" in shown.text
    [form] = [one for one in shown.all("form") if "hide_self_level" in str(one)]
    given = form.fields() | {"hide_self_level": "on"}
    assert hub.post(address, given).status_code == 302
    row = CalibrationSettings.objects.get()
    assert (row.hide_self_level, row.require_practice) == (True, False)
    calibration.refresh_from_db()
    assert calibration.hide_self_level is False


def test_coaches_page_tells_load_ties_and_links(cast, hub, at) -> None:
    calibration = assigned(cast)
    Calibration.objects.filter(pk=calibration.pk).update(
        due_on=timezone.localdate() - timedelta(days=1)
    )
    conflicts.declare_conflict(
        person=cast.coach_b, organisation=cast.other.organisation, reason="A cousin"
    )
    response = hub.get(at("coaches"))
    rows = {row.all("th")[0].text: row.text for row in page(response).all("tr")[1:]}
    assert "1 0 1 1" in rows[cast.coach_a.name]
    assert f"{cast.other.organisation} (A cousin)" in rows[cast.coach_b.name]
    text = page(response).text
    assert f"{cast.coach_a} and {cast.coach_b}" in text
    assert "link all 2 coaches" in text
    elsewhere = EnrolmentFactory()
    conflicts.declare_conflict(
        person=cast.coach_b, organisation=elsewhere.organisation, reason="Not this cohort's"
    )
    assert "Not this cohort" not in page(hub.get(at("coaches"))).text


def test_unlinked_groups_are_told(cast, hub, at) -> None:
    assigned(cast)
    pair = {"coach_a": newcomer("Nia"), "coach_b": newcomer("Owain")}
    assigned(SimpleNamespace(**{**vars(beside(cast)), **pair}))
    text = page(hub.get(at("coaches"))).text
    assert "fall into 2 groups" in text
    assert "Nia, Owain" in text


def test_somebody_who_still_reviews_blind_does_not_see_the_release_page(cast, sign_in, at) -> None:
    calibration = both_in(cast)
    third = newcomer()
    assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=third, codes=["design.1"]
    )
    MembershipFactory(user=third, role=Role.HUB, cohort=cast.enrolment.cohort)
    client = sign_in(third)
    assert client.get(at("release", calibration.pk)).status_code == 404
    shown = stand(client.get(at("cohort")), cast.enrolment.organisation)
    assert "Side by side" not in shown
    assert "Nothing to compare yet" in page(client.get(at("agreement"))).text


def ask(cast, words: str) -> ReleaseQuestion:
    release = Release.objects.get()
    return exchange.ask_about_release(actor=cast.lead, release=release, question=words)


def test_lists_cost_the_same_for_many(cast, hub, at) -> None:
    released(cast)
    ask(cast, "One?")
    counts = []
    for _ in range(2):
        spent = {}
        for name in ("questions", "coaches", "cohorts"):
            address = at(name) if name != "cohorts" else reverse("cohorts")
            hub.get(address)
            with CaptureQueriesContext(connection) as queries:
                hub.get(address)
            spent[name] = len(queries)
        counts.append(spent)
        for number in range(2):
            ask(cast, f"More {number}?")
            coach = newcomer(f"Coach {number}")
            conflicts.declare_conflict(
                person=coach, organisation=cast.other.organisation, reason=""
            )
            MembershipFactory(user=cast.hub, role=Role.HUB, cohort=EnrolmentFactory().cohort)
    assert counts[0] == counts[1]
