"""Every page that lists rows costs the same queries at one row and at three.

Each URL of the apps in CHECKED is either listed here with a way to give it one row more, or
named as a page without a list; a new one that is neither fails.
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import Membership, ReportJob, Role
from assessments.evidence.services import attach
from assessments.rating.services import save_rating
from assessments.submission.services import submit_assessment
from tests.factories.assessment import answers, note, rate_all, started
from tests.factories.programme import EnrolmentFactory
from tests.test_access_matrix import names

CODE = "monitor.3"
CHECKED = ("", "assessments")


class World:
    """One lead with a handed-in baseline and a re-assessment under way; `more` adds a row."""

    def __init__(self, cast) -> None:
        self.cast = cast
        self.lead, self.enrolment = cast.lead, cast.enrolment
        self.submitted = started(self.enrolment, self.lead)
        rate_all(self.submitted, self.lead)
        submit_assessment(actor=self.lead, assessment=self.submitted)
        self.draft = started(self.enrolment, self.lead, round=2)
        self.places = self.draft.ratings.select_related("assessment").order_by(
            "criterion__position"
        )
        self.rating = self.places.get(criterion__code=CODE)
        self.piece = note(self.enrolment, self.lead)
        self.number = 0

    def enrol(self) -> None:
        """Another organisation of the lead's, in another cohort, rating already."""
        enrolment = EnrolmentFactory()
        Membership.objects.create(
            user=self.lead, role=Role.LEAD, organisation=enrolment.organisation, job_role="Trustee"
        )
        started(enrolment, self.lead)

    def keep_evidence(self) -> None:
        """One more piece in the library, used twice."""
        note(self.enrolment, self.lead, self.rating, self.next_place())

    def keep_spare_evidence(self) -> None:
        note(self.enrolment, self.lead)

    def use_again(self) -> None:
        """The same piece on one more criterion."""
        attach(actor=self.lead, evidence=[self.piece], ratings=[self.next_place()])

    def next_place(self):
        self.number += 1
        return self.places[self.number]

    def change(self) -> None:
        """One more entry in the criterion's history, each by somebody else."""
        self.rating.refresh_from_db()
        actor = (self.cast.lead, self.cast.member)[self.rating.version % 2]
        save_rating(
            actor=actor,
            rating=self.rating,
            read_version=self.rating.version,
            answers=answers(self.rating.version % 4, f"Version {self.rating.version}"),
        )

    def rate_with_evidence(self) -> None:
        """One more rated criterion, with one more piece of evidence."""
        place = self.next_place()
        words = answers(self.number % 4, "We keep registers. " * 20)
        save_rating(actor=self.lead, rating=place, read_version=0, answers=words)
        note(self.enrolment, self.lead, place)

    def ask_for_a_report(self) -> None:
        ReportJob.objects.create(
            kind="assessments.heatmap_report",
            title="Heat-map",
            params={"assessment": self.submitted.pk, "number": ReportJob.objects.count()},
            enrolment=self.enrolment,
            requested_by=self.lead,
            state=ReportJob.State.FAILED,
        )


Args = Callable[[World], list]
More = Callable[[World], None]


def nothing(world: World) -> list:
    return []


def draft(world: World) -> list:
    return [world.draft.pk]


def handed_in(world: World) -> list:
    return [world.submitted.pk]


def place(world: World) -> list:
    return [world.draft.pk, CODE]


def enrolled(world: World) -> list:
    return [world.enrolment.pk]


def piece(world: World) -> list:
    return [world.piece.pk]


# (URL, what it lists) → its arguments, and how to give it one row more.
LISTS: dict[tuple[str, str], tuple[Args, More]] = {
    ("home", "enrolments"): (nothing, World.enrol),
    ("account", "memberships"): (nothing, World.enrol),
    ("assessments:overview", "ratings"): (draft, World.rate_with_evidence),
    ("assessments:check", "ratings"): (draft, World.rate_with_evidence),
    ("assessments:ratings_csv", "ratings"): (draft, World.rate_with_evidence),
    ("assessments:criterion", "evidence"): (place, World.keep_evidence),
    ("assessments:evidence_add", "evidence"): (place, World.keep_evidence),
    ("assessments:history", "changes"): (place, World.change),
    ("assessments:evidence_attach", "evidence"): (place, World.keep_spare_evidence),
    ("assessments:library", "evidence"): (enrolled, World.keep_evidence),
    ("assessments:library", "uses"): (enrolled, World.use_again),
    ("assessments:evidence", "uses"): (piece, World.use_again),
    ("assessments:evidence_withdraw", "uses"): (piece, World.use_again),
    ("assessments:results", "jobs"): (handed_in, World.ask_for_a_report),
}
NO_LIST = {
    "help",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_reauthenticate",
    "demo_sign_in",
    "health_ready",
    "health_live",
    "favicon",
    "job",
    "job_status",
    "job_cancel",
    "job_retry",
    "job_download",
    "assessments:start",
    "assessments:submit",  # the same query as the check
    "assessments:submitted",
    "assessments:report",
    "assessments:autosave",
    "assessments:use_edit",
    "assessments:use_detach",
    "assessments:evidence_download",
    "assessments:evidence_view",
    "assessments:evidence_page",
}


@pytest.fixture
def world(cast) -> World:
    return World(cast)


def test_every_url_is_listed_here_or_has_no_list() -> None:
    listed = {name for name, _ in LISTS}
    assert not listed & NO_LIST
    checked = [
        name
        for name in names()
        if name.rpartition(":")[0] in CHECKED and name not in ("cohorts", "cohort")
    ]
    assert sorted(checked) == sorted(listed | NO_LIST)


def cost(client, address: str) -> tuple[list[str], int]:
    """The queries of a page, and its length."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, address
    return [query["sql"] for query in queries], len(response.content)


@pytest.mark.parametrize(("name", "what"), sorted(LISTS))
def test_three_rows_cost_what_one_row_costs(world, sign_in, name: str, what: str) -> None:
    args, more = LISTS[name, what]
    address = reverse(name, args=args(world))
    client = sign_in(world.lead)
    more(world)
    client.get(address)
    at_one, short = cost(client, address)
    more(world)
    more(world)
    at_three, long = cost(client, address)
    assert long > short, "the page does not show the rows"
    assert len(at_three) == len(at_one), "\n".join(at_three)


def test_the_results_cost_the_same_whatever_evidence_was_handed_in(cast, sign_in) -> None:
    client, costs = sign_in(cast.lead), []
    for pieces in (1, 3):
        enrolment = EnrolmentFactory(cohort=cast.enrolment.cohort)
        Membership.objects.create(
            user=cast.lead, role=Role.LEAD, organisation=enrolment.organisation
        )
        assessment = started(enrolment, cast.lead)
        for rating in assessment.ratings.select_related("assessment")[:pieces]:
            note(enrolment, cast.lead, rating)
        rate_all(assessment, cast.lead)
        submit_assessment(actor=cast.lead, assessment=assessment)
        address = reverse("assessments:results", args=[assessment.pk])
        client.get(address)
        costs.append(len(cost(client, address)[0]))
    assert costs[0] == costs[1]


def test_the_overview_costs_at_most_eight_queries(
    world, sign_in, django_assert_max_num_queries
) -> None:
    client = sign_in(world.lead)
    address = reverse("assessments:overview", args=[world.draft.pk])
    client.get(address)
    with django_assert_max_num_queries(8):
        client.get(address)


def test_an_autosave_costs_at_most_six_queries(
    world, sign_in, django_assert_max_num_queries
) -> None:
    client = sign_in(world.lead)
    address = reverse("assessments:autosave", args=[world.draft.pk, CODE])
    typed = {"level": "1", "justification": "Typed.", "version": 0}
    assert client.post(address, typed).status_code == 200
    with django_assert_max_num_queries(6):
        response = client.post(address, typed | {"level": "2", "version": 1})
    assert response.status_code == 200
