"""Every page that lists rows costs the same queries at one row and at three.

Each URL is either listed here with a way to give it one row more, or named as a page without
a list; a new one that is neither fails.
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import Membership, ReportJob, Role
from assessments.models import Assessment
from assessments.services.rating import save_rating, start_assessment, submit_assessment
from tests.factories.assessment import answers, note, rate_all, started
from tests.factories.programme import EnrolmentFactory
from tests.test_access_matrix import names

CODE = "monitor.3"


class World:
    """One lead with a handed-in baseline and a re-assessment under way; `more` adds a row."""

    def __init__(self, cast) -> None:
        self.cast = cast
        self.lead, self.enrolment = cast.lead, cast.enrolment
        self.submitted = started(self.enrolment, self.lead)
        rate_all(self.submitted, self.lead)
        submit_assessment(actor=self.lead, assessment=self.submitted)
        self.draft = start_assessment(
            actor=self.lead, enrolment=self.enrolment, round=Assessment.Round.REASSESSMENT
        )
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
        from assessments.services.evidence import attach

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
        save_rating(
            actor=self.lead, rating=place, read_version=0, answers=answers(self.number % 4)
        )
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

    def hand_in_evidence(self) -> None:
        """One more piece on the handed-in assessment: it was attached before it was locked."""
        from tests.factories.evidence import unlocked

        with unlocked():
            note(self.enrolment, self.lead, self.submitted.ratings.select_related("assessment")[0])


Args = Callable[[World], list]
More = Callable[[World], None]
nothing: Args = lambda world: []  # noqa: E731
draft: Args = lambda world: [world.draft.pk]  # noqa: E731
place: Args = lambda world: [world.draft.pk, CODE]  # noqa: E731
enrolled: Args = lambda world: [world.enrolment.pk]  # noqa: E731
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
    ("assessments:evidence", "uses"): (lambda world: [world.piece.pk], World.use_again),
    ("assessments:evidence_withdraw", "uses"): (lambda world: [world.piece.pk], World.use_again),
    ("assessments:results", "jobs"): (lambda world: [world.submitted.pk], World.ask_for_a_report),
    ("assessments:results", "evidence"): (
        lambda world: [world.submitted.pk],
        World.hand_in_evidence,
    ),
}
